#include "actors/shared_room_actor.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "protocol/cluster/room_report.hpp"
#include "protocol/cluster/transfer.hpp"

namespace greenroom {

shared_room_process::shared_room_process(caf::actor_config& config, ports world,
                                         shared_directory_actor directory,
                                         awareness aware, room_id id, node_name self,
                                         room_limits limits, ownership_changed known)
  : shared_room_actor::base(config),
    world_(world),
    directory_(std::move(directory)),
    aware_(std::move(aware)),
    shared_(make_shared_room(std::move(id), std::move(self), limits,
                             std::move(known.known), world_.clock->now())),
    observer_(shared_.room, *world_.journal),
    view_(known.view),
    spell_(known.spell) {
  shared_.watch = &observer_;
  set_down_handler([this](const caf::down_msg& down) { on_down(down); });
}

shared_room_actor::behavior_type shared_room_process::make_behavior() {
  conclude();
  return {
    [this](const join_room& command, const room_listener_actor& listener) {
      ++visit_count_;
      retiring_ = false;
      ask(listener, command);
    },
    [this](apply_pushes& command) {
      const auto from = caf::actor_cast<room_listener_actor>(current_sender());
      for (auto& push : command.pushes)
        ask_room(from, apply_push{command.from, std::move(push)});
      conclude();
    },
    [this](const leave_room& command) {
      ask(caf::actor_cast<room_listener_actor>(current_sender()), command);
    },
    [this](const suspend_seat& command) {
      ask(caf::actor_cast<room_listener_actor>(current_sender()), command);
    },
    [this](const retirement_granted&) { quit(); },
    [this](const tick& look) { look_at_clock(look); },
    [this](const dump_room&) {
      const bool owns = shared_.is == shared_room::role::owner;
      return owns ? observer_.dump() : std::string{}; // Others decide nothing.
    },
    [this](const report_room& asked) {
      return report(shared_, names_of_links(asked.names));
    },
    [this](const testify_room& asked) { return testify(asked); },
    [this](const summarize_room&) { return summarize(); },
    [this](const link_frame& frame) { hear(frame); },
    [this](const not_passed_on& frame) { take_back(frame); },
    [this](const ownership_changed& news) {
      view_ = news.view;
      spell_ = news.spell;
      execute(learn(shared_, news.known, look_at_clocks()));
      conclude();
    },
  };
}

void shared_room_process::on_exit() {
  sessions_.clear();
  relays_.clear();
  shared_.room.log.clear();
  directory_ = nullptr;
}

bool shared_room_process::is_aware() const {
  return aware_->holds(spell_, steady_ms(clock()));
}

// -- what it is told -----------------------------------------------------------

void shared_room_process::ask(const room_listener_actor& from, relayed_command command) {
  ask_room(from, std::move(command));
  conclude();
}

void shared_room_process::ask_room(const room_listener_actor& from,
                                   relayed_command command) {
  asker who;
  who.session = number_of(from);
  execute(greenroom::ask(shared_, who, std::move(command), is_aware(), look_at_clocks()));
}

void shared_room_process::hear(const link_frame& frame) {
  auto message = decode_link_message(frame.bytes);
  const auto from = caf::actor_cast<shared_room_actor>(current_sender());
  if (!message || !from) {
    journal_entry line;
    line.level = severity::error;
    line.event = "link_garbled";
    line.room_id = shared_.relay.id.value;
    line.ts = world_.clock->now();
    world_.journal->write(line);
    return;
  }
  if (std::holds_alternative<attach_relay>(*message)
      || std::holds_alternative<take_over>(*message)) {
    ++visit_count_; // These come by the directory.
    retiring_ = false;
  }
  dispatch(number_of(from), std::move(*message));
  conclude();
}

/// A room that could not be sent is as good as declined; questions are asked again
/// anyway.
void shared_room_process::take_back(const not_passed_on& frame) {
  const auto message = decode_link_message(frame.bytes);
  if (message && std::holds_alternative<take_over>(*message))
    execute(hear_answer(shared_, room_declined{std::get<take_over>(*message).ticket},
                        look_at_clocks()));
  conclude();
}

void shared_room_process::dispatch(relay_number from, link_message message) {
  const auto now = look_at_clocks();
  if (auto* room = std::get_if<take_over>(&message))
    execute(receive(shared_, from, std::move(*room), now));
  else if (const auto* taken = std::get_if<room_taken>(&message))
    execute(hear_answer(shared_, *taken, now));
  else if (const auto* declined = std::get_if<room_declined>(&message))
    execute(hear_answer(shared_, *declined, now));
  else if (std::holds_alternative<link_command>(message)
           || std::holds_alternative<attach_relay>(message)
           || std::holds_alternative<link_acknowledged>(message))
    execute(hear_relay(shared_, from, std::move(message), is_aware(), now));
  else
    execute(hear_owner(shared_, from, std::move(message)));
}

void shared_room_process::on_down(const caf::down_msg& down) {
  const auto now = look_at_clocks();
  if (const auto relay = relay_numbers_.find(down.source);
      relay != relay_numbers_.end()) {
    const auto number = relay->second;
    relays_.erase(number);
    relay_numbers_.erase(relay);
    execute(lose_relay(shared_, number, now));
    execute(lose_owner(shared_, number));
  } else if (const auto session = session_numbers_.find(down.source);
             session != session_numbers_.end()) {
    bury(session->second);
  }
  conclude();
}

void shared_room_process::bury(session_number number) {
  const auto seated = std::ranges::find_if(
    shared_.sessions, [&](const auto& entry) { return entry.second == number; });
  if (seated != shared_.sessions.end()) {
    const auto who = seated->first;
    const auto* owned = find_seat(std::as_const(shared_.room), who);
    const auto relayed = shared_.relay.seats.find(who);
    const auto attachment = shared_.is == shared_room::role::owner && owned
                              ? owned->attachment
                            : relayed != shared_.relay.seats.end()
                              ? relayed->second.attachment
                              : 0;
    asker from;
    from.session = number;
    if (shared_.is == shared_room::role::owner)
      observer_.blame_session();
    execute(greenroom::ask(shared_, from, suspend_seat{{who, attachment}, true},
                           is_aware(), look_at_clocks()));
  }
  forget_session(number);
}

void shared_room_process::look_at_clock(const tick& look) {
  // Of an earlier plan, which a nearer deadline has replaced?
  if (next_tick_ != look.due)
    return;
  next_tick_.reset();
  execute(pass_time(shared_, is_aware(), look_at_clocks()));
  conclude();
}

// -- what it says --------------------------------------------------------------

void shared_room_process::execute(shared_outputs said) {
  struct {
    shared_room_process* self;
    void operator()(const say_session& word) { self->say(word); }
    void operator()(const say_relays& word) { self->say(word.to, word.what); }
    void operator()(const say_owner& word) { self->say({word.to}, word.what); }
    void operator()(const find_owner& word) {
      self->send(self->directory_,
                 pass_on{word.to, self->shared_.relay.id, encode(word.what)});
    }
    void operator()(const forget_relay& word) { self->forget_relay_of(word.which); }
    void operator()(const room_news& line) { self->write(line); }
  } visitor{this};
  for (const auto& output : said)
    std::visit(visitor, output);
}

void shared_room_process::say(const say_session& word) {
  const auto found = sessions_.find(word.to);
  if (found == sessions_.end()) {
    // It died while its join was on its way.
    if (const auto* seat = std::get_if<shared_admission>(&word.what))
      orphans_.push_back({word.to, {(*seat)->self, (*seat)->attachment}});
    return;
  }
  const auto session = found->second;
  std::visit([&](const auto& what) { send(session, what); }, word.what);
  if (std::holds_alternative<room_left>(word.what)
      || std::holds_alternative<session_ended>(word.what)
      || std::holds_alternative<join_refused>(word.what))
    forget_session(word.to);
}

void shared_room_process::say(const std::vector<relay_number>& to,
                              const link_message& what) {
  const link_frame frame{encode(what)};
  for (const auto number : to)
    if (const auto relay = relays_.find(number); relay != relays_.end())
      send(relay->second, frame);
}

void shared_room_process::write(const room_news& news) {
  journal_entry line;
  line.level = severity::info;
  line.event = news.event;
  line.room_id = shared_.relay.id.value;
  if (!news.who.is_nil())
    line.from_id = news.who;
  line.detail = news.detail;
  line.presences_count = static_cast<std::int64_t>(shared_.room.seats.size());
  line.ts = world_.clock->now();
  world_.journal->write(line);
}

/// Nobody will ever speak for such a seat, unless somebody resumes it.
void shared_room_process::suspend_orphans() {
  while (!orphans_.empty()) {
    const auto [session, key] = orphans_.back();
    orphans_.pop_back();
    asker from;
    from.session = session;
    execute(greenroom::ask(shared_, from, suspend_seat{key, true}, is_aware(),
                           look_at_clocks()));
  }
}

void shared_room_process::conclude() {
  suspend_orphans();
  const auto now = look_at_clocks();
  if (reported_view_ != view_ && has_followed(shared_)) {
    reported_view_ = view_;
    send(directory_, room_followed{shared_.relay.id, view_}, shared_room_actor{this});
  }
  if (!retiring_ && is_abandoned(shared_, now)) {
    retiring_ = true;
    send(directory_, retire_room{shared_.relay.id, visit_count_},
         caf::actor_cast<room_actor>(shared_room_actor{this}));
  }
  schedule_tick();
}

void shared_room_process::schedule_tick() {
  const auto wait = wait_ms(shared_, look_at_clocks());
  if (!wait)
    return;
  const auto due = shared_.steady + std::max<std::int64_t>(1, *wait);
  if (retiring_ || (next_tick_ && *next_tick_ <= due))
    return;
  next_tick_ = due;
  delayed_send(this, std::chrono::milliseconds{due - shared_.steady}, tick{due});
}

instant shared_room_process::look_at_clocks() {
  shared_.steady = steady_ms(clock());
  return world_.clock->now();
}

// -- what an operator asks -------------------------------------------------------

link_names shared_room_process::names_of_links(const node_names& names) const {
  link_names result;
  for (const auto& [number, relay] : relays_)
    if (const auto name = names.find(relay.node()); name != names.end())
      result.emplace(number, name->second);
  return result;
}

std::string shared_room_process::testify(const testify_room& asked) const {
  const bool owns = shared_.is == shared_room::role::owner;
  return encode(greenroom::testify(
    shared_, {asked.room, asked.from, asked.to}, names_of_links(asked.names),
    owns ? observer_.dump() : std::string{}, world_.clock->now()));
}

room_summary shared_room_process::summarize() const {
  const bool owns = shared_.is == shared_room::role::owner;
  return {shared_.known.owner.value,
          owns ? shared_.sessions.size() : shared_.relay.seats.size(),
          owns ? shared_.room.seats.size() : shared_.relay.roster.size()};
}

// -- handles -------------------------------------------------------------------

session_number shared_room_process::number_of(const room_listener_actor& session) {
  if (!session)
    return 0;
  auto& number = session_numbers_[session.address()];
  if (number == 0) {
    number = next_number_++;
    sessions_[number] = session;
    monitor(session);
  }
  return number;
}

relay_number shared_room_process::number_of(const shared_room_actor& relay) {
  auto& number = relay_numbers_[relay.address()];
  if (number == 0) {
    number = next_number_++;
    relays_[number] = relay;
    monitor(relay);
  }
  return number;
}

void shared_room_process::forget_relay_of(relay_number number) {
  const auto found = relays_.find(number);
  if (found == relays_.end())
    return;
  demonitor(found->second.address());
  relay_numbers_.erase(found->second.address());
  relays_.erase(found);
}

void shared_room_process::forget_session(session_number number) {
  const auto found = sessions_.find(number);
  if (found == sessions_.end())
    return;
  demonitor(found->second.address());
  session_numbers_.erase(found->second.address());
  sessions_.erase(found);
}

} // namespace greenroom
