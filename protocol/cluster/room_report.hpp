// What an operator is told of a room. Ids, names and counts; nothing that was said.
#pragma once

#include <string>

#include "protocol/cluster/shared_room.hpp"

namespace greenroom {

/// @returns One fact a line, as `name value`, then one indented line a participant.
std::string report(const room_state& room);

/// The same of a room that nodes share, as this node sees it: what it is to the room,
/// who owns it, and what is under way between nodes.
std::string report(const shared_room& shared);

} // namespace greenroom
