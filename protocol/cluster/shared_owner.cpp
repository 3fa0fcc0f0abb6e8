#include "protocol/cluster/shared_owner.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "protocol/cluster/shared_delivery.hpp"
#include "protocol/cluster/shared_links.hpp"
#include "protocol/cluster/shared_relay.hpp"
#include "protocol/cluster/transfer.hpp"
#include "protocol/room/seats.hpp"
#include "protocol/vocabulary/invariant.hpp"

namespace greenroom {

using role = shared_room::role;

namespace {

bool may_admit(const shared_room& shared, bool is_aware) {
  return shared.known.is_settled && is_aware;
}

// -- commands --------------------------------------------------------------------

template <class Command>
effects decide(shared_room& shared, Command command, instant now) {
  if (shared.watch)
    shared.watch->asked(shared.room, command, now);
  auto decided = apply(shared.room, std::move(command), now);
  if (shared.watch)
    shared.watch->decided(shared.room, decided);
  return decided;
}

effects decide_by_time(shared_room& shared, instant now) {
  if (shared.watch)
    shared.watch->ticked(shared.room, now);
  auto decided = expire(shared.room, now);
  if (shared.watch)
    shared.watch->decided(shared.room, decided);
  return decided;
}

/// The latest event may be one that an owner which died had passed to some.
void note_who_heard_it(shared_room& shared) {
  auto& log = shared.room.log;
  if (log.empty() || log.back().event->seq != shared.room.seq)
    return;
  auto& latest = log.back();
  std::set<participant_id> hearers;
  for (const auto& entry : shared.hearings)
    if (const auto mark = entry.marks.find(*speaker_of(*latest.event));
        mark != entry.marks.end() && covers(mark->second, latest.event->push))
      hearers.insert(entry.who.begin(), entry.who.end());
  std::erase_if(hearers, [&](const participant_id& who) {
    return !find_seat(std::as_const(shared.room), who);
  });
  latest.heard_by.assign(hearers.begin(), hearers.end());
  if (!latest.heard_by.empty())
    begin_anew(shared);
}

struct command_visitor {
  shared_room& shared;
  const asker& from;
  instant now;
  shared_outputs& out;

  void operator()(const join_room& command) {
    leave_first(command.fresh);
    auto decided = decide(shared, command, now);
    std::optional<participant_id> who;
    for (const auto& effect : decided)
      if (const auto* seat = std::get_if<std::shared_ptr<const admission>>(&effect.what))
        who = (*seat)->self;
    // The older session of a seat hears of its end before the seat moves on, and
    // others hear of a newcomer whose own session does not.
    deliver(shared, std::move(decided), from, out);
    if (who)
      set_home(shared, *who, from);
  }
  void operator()(apply_push command) {
    const auto before = shared.room.seq;
    auto decided = decide(shared, std::move(command), now);
    if (!shared.hearings.empty() && shared.room.seq > before)
      note_who_heard_it(shared);
    deliver(shared, std::move(decided), from, out);
  }
  void operator()(const leave_room& command) {
    deliver(shared, decide(shared, command, now), from, out);
    follow_seat(shared, command.from.who);
  }
  void operator()(const suspend_seat& command) {
    const auto* before = find_seat(std::as_const(shared.room), command.from.who);
    const bool counts = before && before->attachment == command.from.attachment;
    auto decided = decide(shared, command, now);
    if (counts)
      follow_seat(shared, command.from.who);
    deliver(shared, std::move(decided), {}, out);
  }

  /// A relay that has lost the answer to a join asks once more.
  void leave_first(const participant_id& who) {
    if (const auto* again = find_seat(std::as_const(shared.room), who))
      deliver(shared, decide(shared, leave_room{{who, again->attachment}}, now), {}, out);
  }
};

void note_admitted(shared_room& shared, const asker& from);

void refuse_join(shared_room& shared, const asker& from, const join_room& command,
                 shared_outputs& out) {
  deliver(shared,
          {{audience::sender, command.fresh,
            join_refused{unavailable{limits::retry_after_ms}}}},
          from, out);
}

void hold(shared_room& shared, const asker& from, join_room command,
          shared_outputs& out) {
  if (shared.held.size() >= limits::held_join_count_max) {
    refuse_join(shared, from, command, out);
    note_admitted(shared, from);
    return;
  }
  shared.held.push_back(
    {from, std::move(command), shared.steady + limits::settle_ms_max});
}

void note_carried_out(shared_room& shared, const asker& from) {
  const auto link = shared.links.find(from.relay);
  if (link == shared.links.end())
    return;
  note_command(link->second, from.command, shared.words);
  talk_soon(shared);
}

void note_held(shared_room& shared, const asker& from) {
  if (const auto link = shared.links.find(from.relay); link != shared.links.end())
    note_waiting_command(link->second, from.command);
}

void note_admitted(shared_room& shared, const asker& from) {
  const auto link = shared.links.find(from.relay);
  if (link == shared.links.end())
    return;
  note_waited_command(link->second, from.command, shared.words);
  talk_soon(shared);
}

/// What our own sessions asked of the owner before, and may not have been done.
void repeat_own(shared_room& shared, std::vector<link_command> commands, instant now,
                shared_outputs& out) {
  for (const auto& [who, entry] : shared.relay.seats)
    if (auto* ours = find_seat(shared.room, who))
      ours->owed = entry.owed;
  begin_anew(shared);
  const auto askers = std::exchange(shared.askers, {});
  const auto kept = std::exchange(shared.relay, make_relay(shared.room.id)).kept;
  for (auto& command : commands) {
    asker from;
    if (const auto session = askers.find(command.number); session != askers.end())
      from.session = session->second;
    const auto as_kept = std::ranges::find(kept, command.number, &kept_command::number);
    from.was_answered = as_kept != kept.end() && as_kept->answered;
    carry_out(shared, from, std::move(command.what), true, now, out);
  }
}

} // namespace

void begin_anew(const shared_room& shared) {
  if (shared.watch)
    shared.watch->replaced(shared.room);
}

std::uint64_t next_epoch(std::uint64_t last, instant now) {
  return std::max(last + 1, static_cast<std::uint64_t>(now));
}

void carry_out(shared_room& shared, const asker& from, relayed_command command,
               bool is_aware, instant now, shared_outputs& out) {
  if (auto* join = std::get_if<join_room>(&command);
      join && !may_admit(shared, is_aware)) {
    note_held(shared, from);
    hold(shared, from, std::move(*join), out);
  } else {
    std::visit(command_visitor{shared, from, now, out}, std::move(command));
    note_carried_out(shared, from);
  }
  drop_overfull(shared, now, out);
}

void become_owner(shared_room& shared, instant now, shared_outputs& out) {
  invariant(shared.is == role::waiting);
  tell_gathered(shared, out); // Relays have had another owner's news.
  shared.is = role::owner;
  for (auto& room : std::exchange(shared.taken, {}))
    absorb(shared.room, std::move(room), now);
  const auto pending = std::exchange(shared.pending, {});
  const auto ours = detach(shared.relay);
  for (const auto& relay : pending) {
    absorb(shared.room, relay.told, now);
    note_hearing(shared, relay.told);
  }
  absorb(shared.room, ours, now);
  note_hearing(shared, ours);
  auto last_epoch = std::max(shared.room.epoch, ours.epoch);
  for (const auto& relay : pending)
    last_epoch = std::max(last_epoch, relay.told.epoch);
  shared.room.epoch = next_epoch(last_epoch, now);
  shared.homeless_until = shared.steady + limits::silence_ms_max;
  for (const auto& relay : pending)
    take_in(shared, relay.from, relay.told, out);
  // Our own sessions were behind a relay until now; it asks what it still keeps.
  auto last = attach(shared.relay, answer_to(shared, 0, ours.seats));
  shared.heard_pushes = std::move(shared.relay.heard_pushes);
  say_down(shared, std::move(last.down), out);
  repeat_own(shared, std::move(last.up), now, out);
  out.emplace_back(room_news{"room_owned", {}, {}});
}

void absorb_other(shared_room& shared, take_over other, instant now,
                  shared_outputs& out) {
  const auto before = roster_of(shared.room);
  const auto speakers = spoken_for(shared);
  const auto epoch = shared.room.epoch;
  const auto theirs = other.room.epoch;
  absorb(shared.room, std::move(other), now);
  shared.room.epoch = epoch;
  end_superseded(shared, speakers, out);
  begin_anew(shared);
  shared.homeless_until = shared.steady + limits::silence_ms_max;
  tell_difference(shared, before, out);
  raise_epoch(shared, theirs, out);
  out.emplace_back(room_news{"room_absorbed", {}, {}});
}

void admit_held(shared_room& shared, bool is_aware, instant now, shared_outputs& out) {
  const bool admits = may_admit(shared, is_aware);
  auto held = std::exchange(shared.held, {});
  for (auto& join : held) {
    if (admits) {
      std::visit(command_visitor{shared, join.from, now, out},
                 relayed_command{std::move(join.what)});
    } else if (join.until <= shared.steady) {
      refuse_join(shared, join.from, join.what, out);
    } else {
      shared.held.push_back(std::move(join));
      continue;
    }
    note_admitted(shared, join.from);
  }
}

void pass_on_held(shared_room& shared, shared_outputs& out) {
  for (auto& join : std::exchange(shared.held, {}))
    if (join.from.relay == 0) // A relay asks the next owner by itself.
      relay_on(shared, join.from.session, std::move(join.what), out);
}

void suspend(shared_room& shared, const std::vector<seat_key>& seats, instant now,
             shared_outputs& out) {
  for (const auto& key : seats)
    command_visitor{shared, {}, now, out}(suspend_seat{key, true});
}

void owner_time(shared_room& shared, bool is_aware, instant now, shared_outputs& out) {
  admit_held(shared, is_aware, now, out);
  deliver(shared, decide_by_time(shared, now), {}, out);
  look_after_links(shared, is_aware, now, out);
  if (!shared.homeless_until || *shared.homeless_until > shared.steady)
    return;
  shared.homeless_until.reset();
  shared.hearings.clear();
  std::vector<seat_key> homeless;
  for (const auto& entry : shared.room.seats)
    if (!entry.suspended_until && !shared.sessions.contains(entry.shown.who)
        && !shared.homes.contains(entry.shown.who))
      homeless.push_back({entry.shown.who, entry.attachment});
  suspend(shared, homeless, now, out);
}

} // namespace greenroom
