#include "protocol/room/seats.hpp"

#include <algorithm>

#include "protocol/vocabulary/invariant.hpp"

namespace greenroom {

namespace {

template <class Seats>
auto position_of(Seats& seats, const participant_id& who) {
  return std::ranges::lower_bound(seats, who, {},
                                  [](const seat& entry) { return entry.shown.who; });
}

template <class Room>
auto* lookup(Room& room, const participant_id& who) {
  const auto at = position_of(room.seats, who);
  return at != room.seats.end() && at->shown.who == who ? &*at : nullptr;
}

} // namespace

const seat* find_seat(const room_state& room, const participant_id& who) {
  return lookup(room, who);
}

seat* find_seat(room_state& room, const participant_id& who) {
  return lookup(room, who);
}

seat& add_seat(room_state& room, const participant_id& who) {
  invariant(room.seats.size() < seat_count_max(room));
  const auto at = position_of(room.seats, who);
  invariant(at == room.seats.end() || at->shown.who != who);
  room.empty_since.reset();
  seat fresh;
  fresh.shown.who = who;
  return *room.seats.insert(at, std::move(fresh));
}

void remove_seat(room_state& room, const participant_id& who) {
  const auto at = position_of(room.seats, who);
  invariant(at != room.seats.end() && at->shown.who == who);
  if (at->suspended_until)
    --room.suspended_count;
  if (at->resumable)
    room.departed.push_back({who, at->attachment});
  if (room.departed.size() > limits::departed_count_max)
    room.departed.pop_front();
  room.seats.erase(at);
  if (!room.seats.empty())
    return;
  room.empty_since = room.now;
  room.log.clear(); // Nobody is left who could resume.
  room.log_bytes = 0;
}

void wake_seat(room_state& room, seat& owner) {
  if (!owner.suspended_until)
    return;
  owner.suspended_until.reset();
  --room.suspended_count;
}

std::vector<presence> roster_of(const room_state& room) {
  std::vector<presence> roster;
  roster.reserve(room.seats.size());
  for (const auto& entry : room.seats)
    roster.push_back(entry.shown);
  return roster;
}

} // namespace greenroom
