#include "actors/session_actor.hpp"

#include <utility>

#include "actors/no_answer.hpp"
#include "actors/prefetch_actor.hpp"
#include "actors/resume_tokens.hpp"
#include "protocol/vocabulary/limits.hpp"
#include "protocol/vocabulary/planted.hpp"

namespace greenroom {

static_assert(sizeof(session_process) + CAF_CACHE_LINE_SIZE <= session_bytes);

session_process::session_process(caf::actor_config& config, ports world,
                                 directory_actor directory, join_request request,
                                 std::shared_ptr<outbox_port> outbox, std::string origin,
                                 std::shared_ptr<taken_seat> shown)
  : session_actor::base(config),
    world_(world),
    directory_(std::move(directory)),
    request_(std::move(request)),
    outbox_(std::move(outbox)),
    origin_(std::move(origin)),
    shown_(std::move(shown)),
    connection_thread_(thread_mark()) {
  outbox_->list_needed(needed_beyond_);
  set_down_handler([this](const caf::down_msg&) { on_room_down(); });
}

void session_process::enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) {
  // It comes while CAF sees to the turn.
  if (is_need_known_)
    needed_.fetch();
  if (connection_thread_ == thread_mark())
    needed_beyond_.fetch();
  session_actor::base::enqueue(std::move(what), host);
}

session_actor::behavior_type session_process::make_behavior() {
  join();
  return {
    // CAF looks from the top: first comes what is said most.
    [this](shared_event& event) {
      if (is_planted(planted_bug::event_delivered_twice))
        hear(event);
      hear(std::move(event));
      return no_answer();
    },
    // What became of the join.
    [this](const join_routed& routed) { find(routed.room); },
    // What else the room says.
    [this](const shared_admission& seat) { on_admission(seat); },
    [this](join_refused& answer) { conclude(std::move(answer)); },
    [this](push_answered& answer) { hear(std::move(answer)); },
    [this](const credit_returned& credit) { hear(credit); },
    [this](const room_left& last_word) { conclude(last_word); },
    [this](const session_ended& last_word) { conclude(last_word); },
    // What else the connection says.
    [this](const leave_session&) { part(leave(session_)); },
    [this](const lose_connection&) { part(lose(session_)); },
  };
}

void session_process::on_exit() {
  outbox_ = nullptr;
  shown_ = nullptr;
  room_ = nullptr;
  directory_ = nullptr;
}

void session_process::join() {
  join_room command;
  command.room = request_.room;
  const auto high = world_.random->next();
  command.fresh = participant_id::from_random(high, world_.random->next());
  command.display_name = request_.display_name;
  command.devices = request_.devices;
  command.resumable = request_.resumable;
  command.last_seq = request_.last_seq;
  command.replaces = request_.replaces;
  if (!request_.resume_token.empty())
    command.claim = open_token(request_.resume_token, request_.room, world_.clock->now(),
                               *world_.signer);
  send(directory_, std::move(command), room_listener_actor{this});
}

void session_process::find(const caf::strong_actor_ptr& room) {
  if (room_)
    return;
  room_ = caf::actor_cast<room_actor>(room);
  monitor(room_);
}

void session_process::on_admission(const shared_admission& seat) {
  find(current_sender());
  const auto farewell = admit(session_, *seat);
  *std::exchange(shown_, nullptr) = {room_, session_.seat};
  list_handlers(*this, needed_);
  is_need_known_ = true;
  if (is_heard(session_)) {
    hear(opened(seat));
    if (seat->resumed)
      send(directory_, release_suspension{seat->self});
    else if (request_.replaces)
      send(directory_, release_suspension{request_.replaces->who});
  }
  // A session may live for hours, and its join is over. Assigning an empty text to one
  // does not give its memory back.
  const auto over = std::exchange(request_, {});
  part(farewell);
}

void session_process::on_room_down() {
  conclude(session_ended{end_reason::room_lost});
}

void session_process::part(farewell how) {
  const bool lost = session_.at == session_state::phase::lost;
  if (how == farewell::suspend) {
    suspend();
  } else if (how == farewell::leave && lost) {
    send(room_, suspend_seat{session_.seat, false});
    quit();
  } else if (how == farewell::leave) {
    send(room_, leave_room{session_.seat});
  }
}

void session_process::suspend() {
  const auto finish = [this](bool keep_seat) {
    send(room_, suspend_seat{session_.seat, keep_seat});
    quit();
  };
  request(directory_, caf::infinite, claim_suspension{session_.seat.who, origin_})
    .then([finish](const suspension_answered& answer) { finish(answer.granted); },
          [finish](const caf::error&) { finish(false); });
}

void session_process::hear(session_event&& event) {
  if (is_heard(session_))
    outbox_->hear(std::move(event));
}

void session_process::conclude(session_event last_word) {
  hear(std::move(last_word));
  end(session_);
  quit();
}

session_opened session_process::opened(const shared_admission& seat) const {
  session_opened result;
  result.seat = seat;
  const auto now = world_.clock->now();
  if (seat->resumable)
    result.resume_token = seal_token({request_.room, seat->self, seat->generation,
                                      seat->born_at, now + limits::resume_token_ms},
                                     *world_.signer);
  result.ice_servers = world_.ice->servers_for(seat->self, now);
  return result;
}

} // namespace greenroom
