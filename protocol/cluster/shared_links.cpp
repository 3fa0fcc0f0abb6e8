#include "protocol/cluster/shared_links.hpp"

#include <algorithm>
#include <utility>

#include "protocol/cluster/shared_delivery.hpp"
#include "protocol/cluster/shared_owner.hpp"
#include "protocol/cluster/transfer.hpp"
#include "protocol/room/seats.hpp"

namespace greenroom {

using role = shared_room::role;

namespace {

template <class Condition>
std::vector<relay_number> links_that(const shared_room& shared, Condition holds) {
  std::vector<relay_number> result;
  for (const auto& [number, link] : shared.links)
    if (holds(number, link))
      result.push_back(number);
  return result;
}

void lose(shared_room& shared, const std::vector<relay_number>& broken, instant now,
          shared_outputs& out) {
  for (const auto number : broken)
    std::ranges::move(lose_relay(shared, number, now), std::back_inserter(out));
}

/// They may ask to be taken in anew.
void refuse_and_lose(shared_room& shared, const std::vector<relay_number>& broken,
                     instant now, shared_outputs& out) {
  for (const auto number : broken)
    refuse_relay(shared, number, 0, out);
  lose(shared, broken, now, out);
}

/// When a connection between nodes breaks and the next one is there at once, it may be
/// that only one of them notices: what was on its way has not come, and a relay that has
/// ended is not reported.
void lose_former(shared_room& shared, relay_number from, const attach_relay& told,
                 instant now, shared_outputs& out) {
  const auto former = links_that(shared, [&](relay_number number, const auto& link) {
    return link.where == told.from && number != from;
  });
  refuse_and_lose(shared, former, now, out);
  for (const auto number : former)
    out.emplace_back(forget_relay{number});
  if (const auto same = shared.links.find(from);
      same != shared.links.end() && same->second.since != told.since)
    lose(shared, {from}, now, out);
}

/// Once an owner is at work, a relay brings nobody in: its seats are here, or lost.
void take_in_late(shared_room& shared, relay_number from, attach_relay told, instant now,
                  shared_outputs& out) {
  if (const auto known = shared.links.find(from);
      known != shared.links.end() && told.question < known->second.question)
    return; // It has asked anew since.
  lose_former(shared, from, told, now, out);
  if (shared.links.contains(from)) { // It makes sure; we know better than it does.
    take_in(shared, from, told, out);
    return;
  }
  const auto before = roster_of(shared.room);
  const auto speakers = spoken_for(shared);
  if (shared.known.is_settled)
    std::erase_if(told.seats, [&](const seat& entry) {
      return find_seat(std::as_const(shared.room), entry.shown.who) == nullptr;
    });
  absorb(shared.room, told, now);
  end_superseded(shared, speakers, out);
  note_hearing(shared, told);
  begin_anew(shared);
  tell_difference(shared, before, out);
  if (told.epoch >= shared.room.epoch)
    raise_epoch(shared, told.epoch, out);
  take_in(shared, from, told, out);
}

void note_pending(shared_room& shared, relay_number from, attach_relay told,
                  shared_outputs& out) {
  const bool is_old = std::ranges::any_of(shared.pending, [&](const auto& x) {
    return x.from == from && x.told.question > told.question;
  });
  if (is_old)
    return; // It has asked anew since.
  std::erase_if(shared.pending, [&](const auto& x) {
    return x.from == from || x.told.from == told.from; // A node has one.
  });
  const auto question = told.question;
  shared.pending.push_back({from, std::move(told)});
  out.emplace_back(say_relays{{from}, relay_noted{shared.self, question}});
}

/// @returns When a relay that owes an acknowledgement is taken for lost.
std::optional<instant> silent_at(const shared_room& shared, const link_ledger& link) {
  if (link.unacknowledged.empty())
    return std::nullopt;
  return std::max(link.unacknowledged.front().said_at, shared.watched_since)
         + limits::link_silence_ms_max;
}

bool is_worth_a_probe(const link_ledger& link, instant steady) {
  return link.unacknowledged.empty() && link.spoken_at + limits::link_probe_ms <= steady;
}

/// A word that tells nothing, so that it is acknowledged.
void probe(shared_room& shared, relay_number which, shared_outputs& out) {
  say_to_relays(
    shared, {which},
    {audience::everyone,
     {},
     std::make_shared<const room_event>(shared.room.id.value, 0, presence_changed{})},
    0, out);
}

} // namespace

void talk_soon(shared_room& shared) {
  if (!shared.talk_at)
    shared.talk_at = shared.steady + limits::link_ack_ms;
}

void tell_difference(shared_room& shared, const std::vector<presence>& before,
                     shared_outputs& out) {
  auto news = difference(before, roster_of(shared.room));
  if (!news.joins.empty() || !news.leaves.empty())
    deliver(
      shared,
      {{audience::everyone,
        {},
        std::make_shared<const room_event>(shared.room.id.value, 0, std::move(news))}},
      {}, out);
}

relay_attached answer_to(const shared_room& shared, relay_number relay,
                         const std::vector<seat>& behind) {
  const auto link = shared.links.find(relay);
  relay_attached answer{shared.self,
                        0,
                        link == shared.links.end() ? 0 : link->second.last_word,
                        shared.room.epoch,
                        shared.room.seq,
                        roster_of(shared.room),
                        {}};
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
  auto& link = shared.links[from]; // One that asks again keeps what it is owed.
  link.where = told.from;
  link.since = told.since;
  link.question = told.question;
  link.spoken_at = shared.steady;
  auto answer = answer_to(shared, from, told.seats);
  answer.question = told.question;
  for (const auto& [who, received] : answer.received)
    set_home(shared, who, {0, from});
  out.emplace_back(say_relays{{from}, std::move(answer)});
  // While it waited for the answer it did not listen to that.
  if (link.stable > 0)
    out.emplace_back(say_relays{{from}, commands_stable{shared.room.epoch, link.stable}});
}

void raise_epoch(shared_room& shared, std::uint64_t other, shared_outputs& out) {
  if (other < shared.room.epoch)
    return;
  shared.room.epoch = other + 1;
  for (const auto& [number, ledger] : shared.links)
    out.emplace_back(say_relays{{number}, answer_to(shared, number, {})});
}

void note_hearing(shared_room& shared, const attach_relay& told) {
  if (told.heard.empty() || told.epoch == shared.room.epoch)
    return;
  shared_room::hearing entry;
  for (const auto& one : told.seats)
    entry.who.push_back(one.shown.who);
  entry.marks.insert(told.heard.begin(), told.heard.end());
  shared.hearings.push_back(std::move(entry));
}

void refuse_relay(const shared_room& shared, relay_number which, std::uint64_t question,
                  shared_outputs& out) {
  out.emplace_back(say_relays{{which}, relay_refused{shared.self, question}});
}

void drop_overfull(shared_room& shared, instant now, shared_outputs& out) {
  const auto overfull = links_that(shared, [](relay_number, const auto& link) {
    return link.unacknowledged_bytes > limits::link_bytes_max;
  });
  refuse_and_lose(shared, overfull, now, out);
}

void look_after_links(shared_room& shared, bool is_aware, instant now,
                      shared_outputs& out) {
  if (!is_aware) { // It may be this node that stood still.
    shared.watched_since = shared.steady;
    return;
  }
  const auto silent = links_that(shared, [&](relay_number, const auto& link) {
    const auto at = silent_at(shared, link);
    return at && *at <= shared.steady;
  });
  refuse_and_lose(shared, silent, now, out);
  if (!shared.room.empty_since)
    return;
  for (const auto& [number, link] : shared.links)
    if (is_worth_a_probe(link, shared.steady))
      probe(shared, number, out);
}

std::optional<instant> next_look_at_links(const shared_room& shared) {
  std::optional<instant> least;
  const bool probes = shared.room.empty_since.has_value();
  for (const auto& [number, link] : shared.links) {
    auto due = silent_at(shared, link);
    if (!due && probes)
      due = link.spoken_at + limits::link_probe_ms;
    if (due)
      least = std::min(least.value_or(*due), *due);
  }
  return least;
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
    if (command->epoch == shared.room.epoch && command->since == link->second.since
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
  std::erase_if(shared.held, [&](const auto& x) { return x.from.relay == which; });
  std::vector<seat_key> behind;
  for (const auto& [who, relay] : shared.homes)
    if (relay == which)
      if (const auto* entry = find_seat(std::as_const(shared.room), who))
        behind.push_back({who, entry->attachment});
  suspend(shared, behind, now, out);
  talk_soon(shared);
  return out;
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
