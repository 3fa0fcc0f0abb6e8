#include "actors/directory_actor.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <caf/send.hpp>

#include "actors/room_actor.hpp"
#include "protocol/vocabulary/planted.hpp"

namespace greenroom {

directory_process::directory_process(caf::actor_config& config, ports world,
                                     room_limits each, std::size_t room_count_max)
  : directory_actor::base(config),
    world_(world),
    limits_(each),
    room_count_max_(room_count_max) {
  set_down_handler([this](const caf::down_msg& down) { on_room_down(down); });
}

directory_actor::behavior_type directory_process::make_behavior() {
  return {
    [this](const join_room& command, const room_listener_actor& listener) {
      route(command, listener);
    },
    [this](const room_emptied& news, const room_actor& room) { spare(news, room); },
    [this](const retire_room& command, const room_actor& room) { retire(command, room); },
    [this](const claim_suspension& command) {
      return suspension_answered{claim(suspensions_, command.who, command.origin,
                                       world_.clock->now(), limits_.resume_window_ms)};
    },
    [this](const release_suspension& command) { release(suspensions_, command.who); },
    [this](const list_rooms&) { return rooms(); },
    [this](const dump_room& question) { return pass_to_room(question); },
    [this](const report_room& question) { return pass_to_room(question); },
    [this](const testify_room& question) { return pass_to_room(question); },
    [this](const summarize_room& question) {
      return pass_to_room<room_summary>(question);
    },
    [](const locate_room&) { return std::string{}; },
    [](const report_nodes&) {
      return std::string{"this node serves alone: it was given no --cluster.name\n"};
    },
  };
}

void directory_process::on_exit() {
  // A room without a directory could never end.
  for (const auto& [name, known] : rooms_)
    caf::anon_send_exit(known.room, caf::exit_reason::user_shutdown);
  rooms_.clear();
  spares_.clear();
}

void directory_process::route(const join_room& command,
                              const room_listener_actor& listener) {
  auto found = rooms_.find(command.room);
  if (found == rooms_.end() && !make_place()) {
    send(listener, join_refused{unavailable{limits::retry_after_ms}});
    return;
  }
  if (found == rooms_.end())
    found = begin_room(command.room);
  auto& known = found->second;
  occupy(known);
  look_at_load();
  ++known.join_count;
  send(known.room, command, listener);
  // Else a room that dies before it answers would keep the listener waiting.
  send(listener, join_routed{caf::actor_cast<caf::strong_actor_ptr>(known.room)});
}

void directory_process::spare(const room_emptied& news, const room_actor& room) {
  const auto found = find_idle(news.room, room, news.join_count);
  if (found == rooms_.end() || found->second.spare)
    return;
  found->second.spare = spares_.insert(spares_.end(), news.room);
  look_at_load();
}

void directory_process::retire(const retire_room& command, const room_actor& room) {
  const auto found = find_idle(command.room, room, command.join_count);
  if (found != rooms_.end() && !is_planted(planted_bug::room_outlives_members))
    end_room(found);
}

directory_process::room_map::iterator
directory_process::find_idle(const room_id& id, const room_actor& room,
                             std::uint64_t join_count) {
  const auto found = rooms_.find(id);
  if (found == rooms_.end() || found->second.room != room)
    return rooms_.end();
  if (found->second.join_count != join_count
      && !is_planted(planted_bug::room_ends_before_a_join))
    return rooms_.end(); // A join is on its way; the room lives on and asks again.
  return found;
}

// -- places -------------------------------------------------------------------

bool directory_process::make_place() {
  if (rooms_.size() < room_count_max_)
    return true;
  if (spares_.empty())
    return false;
  end_room(rooms_.find(spares_.front()));
  return true;
}

directory_process::room_map::iterator directory_process::begin_room(const room_id& id) {
  auto room = spawn<room_process>(world_, directory_actor{this}, id, limits_);
  monitor(room);
  return rooms_.emplace(id, entry{std::move(room), 0, {}}).first;
}

void directory_process::end_room(room_map::iterator ended) {
  const auto room = ended->second.room;
  demonitor(room.address());
  forget(ended);
  send(room, retirement_granted{});
}

void directory_process::forget(room_map::iterator gone) {
  occupy(gone->second);
  rooms_.erase(gone);
  look_at_load();
}

void directory_process::occupy(entry& known) {
  if (!known.spare)
    return;
  spares_.erase(*known.spare);
  known.spare.reset();
}

/// Some places must be free before the node calls itself ready again, so that a few
/// rooms that come and go do not make it change its mind all the time.
void directory_process::look_at_load() {
  const auto taken = rooms_.size() - spares_.size();
  const auto full_from = room_count_max_ - (is_full_ ? room_count_max_ / 100 : 0);
  if (is_full_ == (taken >= full_from))
    return;
  is_full_ = !is_full_;
  if (world_.readiness)
    world_.readiness->note_rooms(is_full_);
  const auto detail = std::to_string(taken) + " rooms with people in them";
  note(world_, {.level = is_full_ ? severity::warning : severity::info,
                .event = is_full_ ? "rooms_full" : "rooms_free",
                .detail = detail});
}

// -- what an operator asks ----------------------------------------------------

std::vector<std::string> directory_process::rooms() const {
  std::vector<std::string> names;
  for (const auto& [id, known] : rooms_)
    names.push_back(id.value);
  std::ranges::sort(names);
  return names;
}

template <class Answer, class Question>
caf::result<Answer> directory_process::pass_to_room(const Question& question) {
  const auto found = rooms_.find(question.room);
  if (found == rooms_.end())
    return Answer{};
  return delegate(found->second.room, question);
}

/// A room that died by our own fault. Its sessions notice for themselves; the
/// next join starts the room anew.
void directory_process::on_room_down(const caf::down_msg& down) {
  const auto gone = std::ranges::find_if(rooms_, [&](const auto& known) {
    return known.second.room.address() == down.source;
  });
  if (gone == rooms_.end())
    return;
  note(world_,
       {.level = severity::error, .event = "room_died", .room_id = gone->first.value});
  forget(gone);
}

} // namespace greenroom
