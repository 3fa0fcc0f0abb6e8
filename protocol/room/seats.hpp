// The seats of a room, ordered by id.
#pragma once

#include "protocol/room/room.hpp"
#include "protocol/vocabulary/planted.hpp"

namespace greenroom {

/// @returns Null if `who` has no seat.
seat* find_seat(room_state& room, const participant_id& who);

/// @returns How many seats may be taken.
inline std::size_t seat_count_max(const room_state& room) {
  return room.limits.capacity + (is_planted(planted_bug::capacity_off_by_one) ? 1 : 0);
}

/// @pre `who` has no seat, and the room is below its capacity.
seat& add_seat(room_state& room, const participant_id& who);

/// @pre `who` has a seat.
void remove_seat(room_state& room, const participant_id& who);

/// Ends a suspension, if there is one.
void wake_seat(room_state& room, seat& owner);

/// @returns Everybody who has a seat, suspended ones included.
std::vector<presence> roster_of(const room_state& room);

} // namespace greenroom
