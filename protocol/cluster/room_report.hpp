// What an operator is told of a room. Ids, names and counts; nothing that was said.
#pragma once

#include <string>

#include "protocol/cluster/reachability.hpp"

namespace greenroom {

/// @returns One fact a line, as `name value`, then one indented line a participant.
std::string report(const room_state& room);

/// The same of a room that nodes share, as this node sees it: what it is to the room,
/// who owns it, and what is under way between nodes.
/// @param names Nodes by the relays on them, as far as they are known.
std::string report(const shared_room& shared, const link_names& names = {});

} // namespace greenroom
