#include "actors/room_actor.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "actors/no_answer.hpp"
#include "actors/prefetch_actor.hpp"
#include "protocol/cluster/reachability.hpp"
#include "protocol/cluster/room_report.hpp"
#include "protocol/vocabulary/planted.hpp"

namespace greenroom {

static_assert(sizeof(room_process) + CAF_CACHE_LINE_SIZE <= room_bytes);

room_process::room_process(caf::actor_config& config, ports world,
                           directory_actor directory, room_id id, room_limits limits)
  : room_actor::base(config),
    world_(world),
    directory_(std::move(directory)),
    room_(make_room(std::move(id), limits, world_.clock->now())),
    observer_(room_, *world_.journal),
    gathering_(limits.wide_seats_min) {
  set_down_handler([this](const caf::down_msg& down) { on_listener_down(down); });
}

void room_process::enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) {
  if (is_need_known_)
    needed_.fetch(); // It comes while CAF sees to the turn.
  room_actor::base::enqueue(std::move(what), host);
}

room_actor::behavior_type room_process::make_behavior() {
  return {
    // CAF looks from the top: first comes what is said most.
    [this](apply_pushes& command) {
      take(std::move(command));
      return no_answer();
    },
    [this](const join_room& command, const room_listener_actor& listener) {
      take(command, listener);
    },
    [this](const leave_room& command) { take(command); },
    [this](const suspend_seat& command) { take(command); },
    [this](const retirement_granted&) { quit(); },
    [this](const tick& look) { look_at_clock(look); },
    [this](const dump_room&) { return observer_.dump(); },
    [this](const report_room&) { return report(room_); },
    [this](const testify_room& asked) {
      return encode(testify(room_, {asked.room, asked.from, asked.to}, observer_.dump(),
                            world_.clock->now()));
    },
    [this](const summarize_room&) {
      return room_summary{{}, listeners_.size(), room_.seats.size()};
    },
  };
}

void room_process::on_exit() {
  // The clock may hold this actor for a while yet; its memory need not stay.
  listeners_.clear();
  room_.log.clear();
  directory_ = nullptr;
}

// -- commands -----------------------------------------------------------------

template <class Command>
effects room_process::decide(Command&& command, instant now) {
  observer_.asked(room_, command, now);
  auto decided = apply(room_, std::forward<Command>(command), now);
  observer_.decided(room_, decided);
  return decided;
}

void room_process::take(const join_room& command, const room_listener_actor& listener) {
  if (++join_count_ == 1) {
    list_handlers(*this, needed_);
    is_need_known_ = true;
  }
  retiring_ = false;
  is_spare_ = false;
  const auto decided = decide(command, world_.clock->now());
  deliver(decided, listener);
  unseat_listener(command.replaces.value_or(seat_key{}).who);
  seat_listener(decided, listener);
  look_ahead();
}

void room_process::prefetch_for_pushes() const {
  constexpr std::size_t seats_bytes_max = 1536; // Of about seven.
  const auto bytes = room_.seats.size() * sizeof(seat);
  prefetch(room_.seats.data(), std::min(bytes, seats_bytes_max));
  listeners_.prefetch();
  observer_.prefetch();
}

void room_process::take(apply_pushes&& command) {
  prefetch_for_pushes();
  const auto from = asker();
  const auto now = world_.clock->now();
  for (auto& push : command.pushes)
    deliver(decide(apply_push{command.from, std::move(push)}, now), from);
  look_ahead();
}

void room_process::take(const leave_room& command) {
  const auto decided = decide(command, world_.clock->now());
  deliver(decided, asker());
  unseat_listener(command.from.who);
  look_ahead();
}

void room_process::take(const suspend_seat& command) {
  const auto decided = decide(command, world_.clock->now());
  deliver(decided, room_listener_actor{});
  unseat_listener(command.from.who);
  look_ahead();
}

void room_process::look_at_clock(const tick& look) {
  if (next_telling_ == look.due)
    tell_gathered();
  const auto now = world_.clock->now();
  // Of an earlier plan, which a nearer deadline has replaced? The clock cannot tell,
  // as it may have been set back.
  if (next_tick_ != look.due)
    return;
  next_tick_.reset();
  observer_.ticked(room_, now);
  const auto decided = expire(room_, now);
  observer_.decided(room_, decided);
  deliver(decided, room_listener_actor{});
  if (is_abandoned(room_, now) && !retiring_) {
    retiring_ = true;
    send(directory_, retire_room{room_.id, join_count_}, room_actor{this});
  }
  look_ahead();
}

/// A session that dies without a word is a lost connection. This may run late
/// or twice: a down message that was queued before `demonitor` still comes.
void room_process::on_listener_down(const caf::down_msg& down) {
  const auto gone = std::ranges::find_if(listeners_, [&](const auto& entry) {
    return entry.listener.address() == down.source;
  });
  if (gone == listeners_.end())
    return;
  const auto who = gone->who;
  const auto* owner = find_seat(room_, who);
  if (!owner || is_planted(planted_bug::leave_lost_on_death))
    return;
  observer_.blame_session();
  take(suspend_seat{{who, owner->attachment}, true});
}

// -- effects ------------------------------------------------------------------

void room_process::deliver(const effects& decided, const room_listener_actor& from) {
  for (const auto& effect : decided)
    if (passes_gathering(effect))
      address(effect, from);
}

void room_process::address(const effect& what, const room_listener_actor& from) {
  switch (what.to) {
    case audience::sender: say(from, what); break;
    case audience::everyone:
      for (const auto& [who, listener] : listeners_)
        say(listener, what);
      break;
    case audience::others:
      for (const auto& [who, listener] : listeners_)
        if (who != what.who)
          say(listener, what);
      break;
    case audience::one:
    case audience::former:
      if (const auto* listener = listeners_.find(what.who)) {
        prefetch_actor(*listener, session_bytes);
        say(*listener, what);
      }
      break;
  }
}

bool room_process::passes_gathering(const effect& what) {
  if (gathering_.is_idle(what, room_.seats.size()))
    return true;
  const auto passage = gathering_.pass(what, room_.seats.size(), steady_ms(clock()));
  if (passage.first)
    tell(*passage.first);
  return passage.goes_on;
}

void room_process::tell(const gathered_presence& news) {
  for (const auto& [who, listener] : listeners_)
    if (const auto part = news.part_for(who))
      send(listener, part);
}

void room_process::say(const room_listener_actor& listener, const effect& what) {
  if (listener)
    std::visit([&](const auto& word) { send(listener, word); }, what.what);
}

// -- listeners ----------------------------------------------------------------

void room_process::seat_listener(const effects& decided,
                                 const room_listener_actor& listener) {
  for (const auto& effect : decided) {
    const auto* seat = std::get_if<shared_admission>(&effect.what);
    if (!seat)
      continue;
    if (const auto former = listeners_.replace(effect.who, listener))
      demonitor(former.address());
    monitor(listener);
  }
}

void room_process::unseat_listener(const participant_id& who) {
  const auto* owner = find_seat(room_, who);
  if (owner && !owner->suspended_until)
    return;
  const auto* listener = listeners_.find(who);
  if (!listener)
    return;
  demonitor(listener->address());
  listeners_.remove(who);
}

room_listener_actor room_process::asker() {
  return caf::actor_cast<room_listener_actor>(current_sender());
}

// -- time ---------------------------------------------------------------------

void room_process::look_ahead() {
  if (room_.empty_since && !is_spare_) {
    is_spare_ = true;
    send(directory_, room_emptied{room_.id, join_count_}, room_actor{this});
  }
  schedule_tick();
  schedule_telling();
}

void room_process::schedule_tick() {
  const auto deadline = next_deadline(room_);
  if (!deadline || retiring_ || (next_tick_ && *next_tick_ <= *deadline))
    return;
  next_tick_ = *deadline;
  const auto wait_ms = std::max<std::int64_t>(1, *deadline - world_.clock->now());
  delayed_send(this, std::chrono::milliseconds{wait_ms}, tick{*deadline});
}

void room_process::schedule_telling() {
  const auto due = gathering_.due();
  if (!due || next_telling_)
    return;
  next_telling_ = due;
  const auto wait_ms = std::max<std::int64_t>(1, *due - steady_ms(clock()));
  delayed_send(this, std::chrono::milliseconds{wait_ms}, tick{*due});
}

/// What was gathered when this was planned may have been told, and more come since.
void room_process::tell_gathered() {
  next_telling_.reset();
  const auto now = steady_ms(clock());
  if (const auto due = gathering_.due(); due && *due <= now)
    if (const auto news = gathering_.let_out(now))
      tell(*news);
  schedule_telling();
}

} // namespace greenroom
