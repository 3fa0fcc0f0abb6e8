// How the owner of a shared room reaches people, on its node and on others. Only for
// shared_owner.cpp and shared_links.cpp.
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

void say_to_all(shared_room& shared, effect what, shared_outputs& out);

// -- where participants are ------------------------------------------------------

void forget_home(shared_room& shared, const participant_id& who);
void set_home(shared_room& shared, const participant_id& who, const asker& from);
/// A participant without a connection is passed over.
void follow_seat(shared_room& shared, const participant_id& who);

} // namespace greenroom
