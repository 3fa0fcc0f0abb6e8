// How a shared room reaches people: on this node and, while it is owned here, on others.
// Only for shared_*.cpp.
#pragma once

#include "protocol/cluster/shared_room.hpp"

namespace greenroom {

/// Says what was decided to all whom it concerns.
/// @param from Who `audience::sender` is.
void deliver(shared_room& shared, effects decided, const asker& from,
             shared_outputs& out);

/// Once over each link.
/// @param answers For `audience::sender`, the command's number.
void say_to_relays(shared_room& shared, std::vector<relay_number> to, effect what,
                   std::uint64_t answers, shared_outputs& out);

/// Tells what was gathered of the roster, to sessions of this node and, while the room is
/// owned here, to relays.
void tell_gathered(shared_room& shared, shared_outputs& out);

/// An effect is about to be said. What must be told before it, is.
/// @returns Whether it is to be said now; otherwise it was gathered.
bool passes_gathering(shared_room& shared, const effect& what, shared_outputs& out);

// -- where participants are ------------------------------------------------------

void forget_home(shared_room& shared, const participant_id& who);
/// @returns The seats that somebody speaks for, here or on another node.
std::vector<seat_key> spoken_for(const shared_room& shared);

/// Seats may have come to be another session's, as when two sides of a split meet: whoever
/// spoke for them hears that it is over.
/// @param before What was `spoken_for`.
void end_superseded(shared_room& shared, const std::vector<seat_key>& before,
                    shared_outputs& out);

void set_home(shared_room& shared, const participant_id& who, const asker& from);
/// A participant without a connection is passed over.
void follow_seat(shared_room& shared, const participant_id& who);

} // namespace greenroom
