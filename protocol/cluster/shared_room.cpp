#include "protocol/cluster/shared_room.hpp"

#include <algorithm>
#include <utility>

#include "protocol/cluster/placement.hpp"
#include "protocol/cluster/shared_delivery.hpp"
#include "protocol/cluster/shared_links.hpp"
#include "protocol/cluster/shared_owner.hpp"
#include "protocol/cluster/shared_relay.hpp"
#include "protocol/cluster/transfer.hpp"
#include "protocol/vocabulary/invariant.hpp"

namespace greenroom {

using role = shared_room::role;
using stage = shared_room::bond::stage;

namespace {

/// A room that is empty yet. Of two owners' attachments one in 65,536 is alike. They begin
/// at the time, as sessions may still speak that were let in by a room before this one.
room_state make_own_room(room_id id, const node_name& owner, const room_limits& limits,
                         instant now) {
  auto room = make_room(std::move(id), limits, now);
  const auto begin = static_cast<attachment_number>(std::max<instant>(now, 1));
  room.next_attachment = begin * attachment_stride
                         + stable_hash(owner.value) % attachment_stride;
  return room;
}

void send_out(shared_room& shared, take_over what, shared_outputs& out) {
  what.from = shared.self;
  if (what.ticket == 0)
    what.ticket = shared.next_ticket++;
  out.emplace_back(find_owner{shared.known.owner, what});
  shared.departing.push_back({std::move(what), shared.known.owner, std::nullopt});
}

/// A room that was to go elsewhere stays, as it is ours after all.
void keep(shared_room& shared, take_over what, instant now, shared_outputs& out) {
  if (shared.is == role::owner)
    absorb_other(shared, std::move(what), now, out);
  else
    shared.taken.push_back(std::move(what));
}

/// Whoever is on a node that is gone by the view may still speak, but is not heard. A view
/// that has not settled may be gone sooner than what it calls so, so it waits; but not for
/// ever.
void lose_gone_relays(shared_room& shared, instant now, shared_outputs& out) {
  if (shared.known.is_settled) {
    shared.unsettled_until.reset();
  } else {
    if (!shared.unsettled_until)
      shared.unsettled_until = shared.steady + limits::settle_ms_max;
    if (*shared.unsettled_until > shared.steady)
      return;
  }
  std::vector<relay_number> lost;
  for (const auto& [number, ledger] : shared.links)
    if (is_gone(shared, ledger.where))
      lost.push_back(number);
  for (const auto& relay : shared.pending)
    if (is_gone(shared, relay.told.from))
      lost.push_back(relay.from);
  for (const auto number : lost)
    std::ranges::move(lose_relay(shared, number, now), std::back_inserter(out));
}

/// Rooms whose next owner died, or declined, go to whoever owns them now.
/// @param is_new_view A link may have broken, and the room been lost on its way.
void send_again(shared_room& shared, bool is_new_view, instant now, shared_outputs& out) {
  auto rooms = std::exchange(shared.departing, {});
  for (auto& room : rooms) {
    const bool again = is_new_view || is_gone(shared, room.to)
                       || (room.retry_at && *room.retry_at <= shared.steady);
    if (!again)
      shared.departing.push_back(std::move(room));
    else if (shared.known.is_ours)
      keep(shared, std::move(room.what), now, out);
    else
      send_out(shared, std::move(room.what), out);
  }
}

/// The room goes to its next owner; its sessions here stay, behind a relay.
void hand_over(shared_room& shared, instant now, shared_outputs& out) {
  tell_gathered(shared, out);
  std::vector<participant_id> behind;
  for (const auto& [who, session] : shared.sessions)
    behind.push_back(who);
  shared.relay = make_relay(shared.room, behind);
  for (const auto& [who, mark] : std::exchange(shared.heard_pushes, {})) {
    auto& heard = shared.relay.heard_pushes[who];
    heard = std::max(heard, mark);
  }
  out.emplace_back(room_news{"room_moved", {}, "to the owner by the view"});
  const auto id = shared.room.id;
  send_out(shared, pack(std::move(shared.room), now), out);
  shared.room = make_own_room(id, shared.self, shared.limits, now);
  if (shared.watch)
    shared.watch->replaced(shared.room);
  for (const auto& [number, ledger] : shared.links)
    out.emplace_back(say_relays{{number}, room_moved{}});
  shared.links.clear();
  shared.homes.clear();
  shared.is = role::relay;
  seek_owner(shared, out);
  pass_on_held(shared, out);
}

/// What came for the owner that this node was to become is the other's.
void pass_on_waiting(shared_room& shared, shared_outputs& out) {
  for (auto& room : std::exchange(shared.taken, {})) {
    room.ticket = 0;
    send_out(shared, std::move(room), out);
  }
  for (const auto& relay : std::exchange(shared.pending, {}))
    refuse_relay(shared, relay.from, 0, out);
}

void own_if_settled(shared_room& shared, instant now, shared_outputs& out) {
  if (shared.is == role::waiting && shared.known.is_settled && has_followed(shared))
    become_owner(shared, now, out);
}

} // namespace

shared_room make_shared_room(room_id id, node_name self, const room_limits& limits,
                             ownership known, instant now) {
  shared_room shared;
  shared.self = std::move(self);
  shared.known = std::move(known);
  shared.limits = limits;
  shared.gathering = presence_gathering{limits.wide_seats_min};
  shared.relay = make_relay(id);
  shared.room = make_own_room(std::move(id), shared.self, limits, now);
  if (!shared.known.is_ours)
    shared.is = role::relay;
  else if (!shared.known.is_settled)
    shared.is = role::waiting;
  if (shared.is == role::relay)
    shared.reattach_at = shared.steady;
  if (shared.is == role::owner)
    shared.room.epoch = next_epoch(0, now);
  shared.next_ticket = static_cast<std::uint64_t>(std::max<instant>(now, 1));
  return shared;
}

shared_outputs ask(shared_room& shared, const asker& from, relayed_command command,
                   bool is_aware, instant now) {
  shared_outputs out;
  if (shared.is == role::owner)
    carry_out(shared, from, std::move(command), is_aware, now, out);
  else
    relay_on(shared, from.session, std::move(command), out);
  return out;
}

shared_outputs learn(shared_room& shared, ownership known, instant now) {
  shared_outputs out;
  shared.known = std::move(known);
  shared.watched_since = shared.steady;
  if (shared.owner.at != stage::none && is_gone(shared, shared.owner.name))
    let_go(shared, out);
  lose_gone_relays(shared, now, out);
  if (shared.is == role::owner) {
    if (shared.known.is_ours)
      admit_held(shared, true, now, out);
    else
      hand_over(shared, now, out);
  } else if (shared.known.is_ours) {
    shared.is = role::waiting;
  } else {
    pass_on_waiting(shared, out);
    shared.is = role::relay;
    if (shared.known.is_settled)
      seek_owner(shared, out);
    else
      confirm_owner(shared, out);
  }
  send_again(shared, true, now, out);
  own_if_settled(shared, now, out);
  return out;
}

shared_outputs receive(shared_room& shared, relay_number from, take_over what,
                       instant now) {
  shared_outputs out;
  if (!shared.known.is_ours || what.room.id != shared.room.id) {
    out.emplace_back(say_relays{{from}, room_declined{what.ticket}});
    return out;
  }
  out.emplace_back(say_relays{{from}, room_taken{what.ticket}});
  if (auto& last = shared.taken_tickets[what.from]; what.ticket > last)
    last = what.ticket;
  else
    return out; // Our answer was lost.
  keep(shared, std::move(what), now, out);
  return out;
}

shared_outputs hear_answer(shared_room& shared, const room_taken& answer, instant now) {
  shared_outputs out;
  std::erase_if(shared.departing,
                [&](const auto& room) { return room.what.ticket == answer.ticket; });
  own_if_settled(shared, now, out);
  return out;
}

shared_outputs hear_answer(shared_room& shared, const room_declined& answer,
                           instant now) {
  shared_outputs out;
  for (auto& room : shared.departing)
    if (room.what.ticket == answer.ticket)
      room.retry_at = shared.known.is_ours || room.to != shared.known.owner
                        ? shared.steady
                        : shared.steady + limits::decline_retry_ms;
  send_again(shared, false, now, out);
  own_if_settled(shared, now, out);
  return out;
}

bool is_gone(const shared_room& shared, const node_name& name) {
  return shared.known.gone
         && std::ranges::find(*shared.known.gone, name) != shared.known.gone->end();
}

bool has_followed(const shared_room& shared) {
  if (!shared.departing.empty())
    return false;
  if (shared.is != role::relay)
    return shared.owner.at == stage::none;
  return shared.owner.name == shared.known.owner && shared.owner.is_confirmed;
}

shared_outputs pass_time(shared_room& shared, bool is_aware, instant now) {
  shared_outputs out;
  if (shared.unsettled_until)
    lose_gone_relays(shared, now, out);
  if (shared.is == role::owner) {
    owner_time(shared, is_aware, now, out);
  } else {
    relay_time(shared, out);
  }
  send_again(shared, false, now, out);
  own_if_settled(shared, now, out);
  if (const auto due = shared.gathering.due(); due && *due <= shared.steady)
    tell_gathered(shared, out);
  if (shared.talk_at && *shared.talk_at <= shared.steady) {
    shared.talk_at.reset();
    if (shared.is == role::owner)
      tell_stable(shared, out);
    else
      acknowledge_owner(shared, out);
  }
  return out;
}

std::optional<std::int64_t> wait_ms(const shared_room& shared, instant now) {
  std::optional<std::int64_t> least;
  const auto consider = [&](const std::optional<instant>& at, instant since) {
    if (at)
      least = std::min(least.value_or(*at - since), *at - since);
  };
  consider(shared.talk_at, shared.steady);
  consider(shared.gathering.due(), shared.steady);
  if (shared.unsettled_until > shared.steady)
    consider(shared.unsettled_until, shared.steady);
  for (const auto& room : shared.departing)
    consider(room.retry_at, shared.steady);
  if (shared.is == role::owner) {
    if (!is_abandoned(shared.room, now)) // It may stay for the sake of a relay.
      consider(next_deadline(shared.room), now);
    consider(shared.homeless_until, shared.steady);
    consider(next_look_at_links(shared), shared.steady);
    if (!shared.held.empty())
      consider(shared.held.front().until, shared.steady);
  } else {
    consider(shared.reattach_at, shared.steady);
  }
  return least;
}

bool is_abandoned(const shared_room& shared, instant now) {
  if (!shared.departing.empty())
    return false;
  if (shared.is == role::owner)
    return shared.links.empty() && shared.held.empty() && is_abandoned(shared.room, now);
  return shared.sessions.empty() && shared.relay.kept.empty()
         && shared.relay.seats.empty() && shared.taken.empty() && shared.pending.empty();
}

} // namespace greenroom
