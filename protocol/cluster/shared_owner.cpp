#include "protocol/cluster/shared_owner.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "protocol/cluster/shared_delivery.hpp"
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

/// Acknowledgements and stability may wait a little, so that they go together.
void talk_soon(shared_room& shared) {
  if (!shared.talk_at)
    shared.talk_at = shared.steady + limits::link_ack_ms;
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

void begin_anew(const shared_room& shared) {
  if (shared.watch)
    shared.watch->replaced(shared.room);
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
        mark != entry.marks.end() && latest.event->push <= mark->second)
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

void drop_overfull(shared_room& shared, instant now, shared_outputs& out) {
  std::vector<relay_number> overfull;
  for (const auto& [number, ledger] : shared.links)
    if (ledger.unacknowledged_bytes > limits::link_bytes_max)
      overfull.push_back(number);
  for (const auto number : overfull) {
    refuse_relay(shared, number, 0, out);
    auto more = lose_relay(shared, number, now);
    std::ranges::move(more, std::back_inserter(out));
  }
}

// -- relays ----------------------------------------------------------------------

std::vector<presence> roster_now(const shared_room& shared) {
  return roster_of(shared.room);
}

/// Those who have heard the roster `before` are told what has become of it.
void tell_difference(shared_room& shared, const std::vector<presence>& before,
                     shared_outputs& out) {
  auto news = difference(before, roster_now(shared));
  if (!news.joins.empty() || !news.leaves.empty())
    say_to_all(
      shared,
      {audience::everyone,
       {},
       std::make_shared<const room_event>(shared.room.id.value, 0, std::move(news))},
      out);
}

/// @param behind Who the relay says sits there. Others may have been let in since.
relay_attached answer_to(const shared_room& shared, relay_number relay,
                         const std::vector<seat>& behind) {
  relay_attached answer{shared.self,        0, shared.room.epoch, shared.room.seq,
                        roster_now(shared), {}};
  for (const auto& ours : shared.room.seats) {
    if (ours.suspended_until)
      continue; // Its session hears that it is over, resumes, and gets what it missed.
    const auto told = std::ranges::find_if(behind, [&](const seat& entry) {
      return entry.shown.who == ours.shown.who && entry.attachment == ours.attachment;
    });
    const auto home = shared.homes.find(ours.shown.who);
    if (told != behind.end() || (home != shared.homes.end() && home->second == relay))
      answer.received.emplace_back(ours.shown.who, ours.received);
  }
  return answer;
}

void take_in(shared_room& shared, relay_number from, const attach_relay& told,
             shared_outputs& out) {
  shared.links[from].where = told.from; // One that asks again keeps what it is owed.
  auto answer = answer_to(shared, from, told.seats);
  answer.question = told.question;
  for (const auto& [who, received] : answer.received)
    set_home(shared, who, {0, from});
  out.emplace_back(say_relays{{from}, std::move(answer)});
}

/// Relays that have had an owner of a later epoch must hear us too.
void raise_epoch(shared_room& shared, std::uint64_t other, shared_outputs& out) {
  if (other < shared.room.epoch)
    return;
  shared.room.epoch = other + 1;
  for (const auto& [number, ledger] : shared.links)
    out.emplace_back(say_relays{{number}, answer_to(shared, number, {})});
}

/// What it asks once more must not be replayed to those who heard it.
void note_hearing(shared_room& shared, const attach_relay& told) {
  if (told.heard.empty() || told.epoch == shared.room.epoch)
    return;
  shared_room::hearing entry;
  for (const auto& one : told.seats)
    entry.who.push_back(one.shown.who);
  entry.marks.insert(told.heard.begin(), told.heard.end());
  shared.hearings.push_back(std::move(entry));
}

/// Once an owner is at work, a relay brings nobody in: its seats are here, or lost.
void take_in_late(shared_room& shared, relay_number from, attach_relay told, instant now,
                  shared_outputs& out) {
  if (shared.links.contains(from)) { // It makes sure; we know better than it does.
    take_in(shared, from, told, out);
    return;
  }
  const auto before = roster_now(shared);
  if (shared.known.is_settled)
    std::erase_if(told.seats, [&](const seat& entry) {
      return find_seat(std::as_const(shared.room), entry.shown.who) == nullptr;
    });
  absorb(shared.room, told, now);
  note_hearing(shared, told);
  begin_anew(shared);
  tell_difference(shared, before, out);
  if (told.epoch >= shared.room.epoch)
    raise_epoch(shared, told.epoch, out);
  take_in(shared, from, told, out);
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

void note_pending(shared_room& shared, relay_number from, attach_relay told,
                  shared_outputs& out) {
  std::erase_if(shared.pending, [&](const auto& x) { return x.from == from; });
  const auto question = told.question;
  shared.pending.push_back({from, std::move(told)});
  out.emplace_back(say_relays{{from}, relay_noted{shared.self, question}});
}

} // namespace

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
  const auto before = roster_now(shared);
  const auto epoch = shared.room.epoch;
  const auto theirs = other.room.epoch;
  absorb(shared.room, std::move(other), now);
  shared.room.epoch = epoch;
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

void refuse_relay(const shared_room& shared, relay_number which, std::uint64_t question,
                  shared_outputs& out) {
  out.emplace_back(say_relays{{which}, relay_refused{shared.self, question}});
}

shared_outputs hear_relay(shared_room& shared, relay_number from, link_message what,
                          bool is_aware, instant now) {
  shared_outputs out;
  if (auto* told = std::get_if<attach_relay>(&what)) {
    if (is_gone(shared, told->from))
      refuse_relay(shared, from, told->question, out);
    else if (shared.is == role::owner)
      take_in_late(shared, from, std::move(*told), now, out);
    else if (shared.is == role::waiting)
      note_pending(shared, from, std::move(*told), out);
    else
      refuse_relay(shared, from, told->question, out);
    return out;
  }
  const auto link = shared.links.find(from);
  if (shared.is != role::owner || link == shared.links.end()) {
    // One that waits here will be taken in; nobody else is heard.
    if (std::ranges::find(shared.pending, from, &shared_room::pending_relay::from)
        == shared.pending.end())
      refuse_relay(shared, from, 0, out);
  } else if (auto* command = std::get_if<link_command>(&what)) {
    if (command->epoch == shared.room.epoch
        && std::exchange(link->second.taken,
                         std::max(link->second.taken, command->number))
             < command->number)
      carry_out(shared, {0, from, command->number}, std::move(command->what), is_aware,
                now, out);
  } else if (const auto* heard = std::get_if<link_acknowledged>(&what)) {
    if (heard->epoch == shared.room.epoch)
      acknowledge(link->second, heard->number);
    talk_soon(shared);
  }
  return out;
}

shared_outputs lose_relay(shared_room& shared, relay_number which, instant now) {
  shared_outputs out;
  std::erase_if(shared.pending, [&](const auto& x) { return x.from == which; });
  if (shared.links.erase(which) == 0)
    return out;
  out.emplace_back(forget_relay{which});
  std::erase_if(shared.held, [&](const auto& x) { return x.from.relay == which; });
  std::vector<seat_key> behind;
  for (const auto& [who, relay] : shared.homes)
    if (relay == which)
      if (const auto* entry = find_seat(std::as_const(shared.room), who))
        behind.push_back({who, entry->attachment});
  for (const auto& key : behind)
    command_visitor{shared, {}, now, out}(suspend_seat{key, true});
  talk_soon(shared);
  return out;
}

void owner_time(shared_room& shared, bool is_aware, instant now, shared_outputs& out) {
  admit_held(shared, is_aware, now, out);
  deliver(shared, decide_by_time(shared, now), {}, out);
  if (!shared.homeless_until || *shared.homeless_until > shared.steady)
    return;
  shared.homeless_until.reset();
  shared.hearings.clear();
  std::vector<seat_key> homeless;
  for (const auto& entry : shared.room.seats)
    if (!entry.suspended_until && !shared.sessions.contains(entry.shown.who)
        && !shared.homes.contains(entry.shown.who))
      homeless.push_back({entry.shown.who, entry.attachment});
  for (const auto& key : homeless)
    command_visitor{shared, {}, now, out}(suspend_seat{key, true});
}

void tell_stable(shared_room& shared, shared_outputs& out) {
  auto floor = shared.words + 1;
  for (const auto& [number, ledger] : shared.links)
    if (const auto first = first_unacknowledged(ledger))
      floor = std::min(floor, *first);
  for (auto& [number, ledger] : shared.links)
    if (const auto last = take_stable(ledger, floor))
      out.emplace_back(say_relays{{number}, commands_stable{shared.room.epoch, *last}});
}

} // namespace greenroom
