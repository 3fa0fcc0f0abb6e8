// Which node owns a room: a function of the room's id and of who is up.
#pragma once

#include <optional>
#include <string_view>

#include "protocol/cluster/member.hpp"

namespace greenroom {

/// A hash that is the same on every machine, unlike `std::hash`.
std::uint64_t stable_hash(std::string_view bytes, std::uint64_t seed = 0);

/// @returns Whether a member of this status may own rooms.
bool may_own_rooms(const member& node);

/// Rendezvous hashing: of all nodes that may own rooms, the one whose name hashes
/// highest together with the room's id. When a node comes or goes, only rooms of
/// that node change their owner.
/// @returns Nothing if no node may own rooms.
std::optional<node_name> owner_of(const room_id& room, const cluster_view& view);

} // namespace greenroom
