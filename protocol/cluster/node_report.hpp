// What an operator is told of the nodes of a cluster.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/cluster/member.hpp"

namespace greenroom {

/// Lays lines out in columns: each cell but a line's last as wide as the widest of its
/// column, two spaces between them.
std::string in_columns(const std::vector<std::vector<std::string>>& lines);

/// What a person is told of a node: its status, or "suspect" if it is a member but
/// cannot be reached.
std::string_view standing_of(const member& node, bool is_linked);

/// @param linked      Nodes that this one can send to.
/// @param room_counts Rooms that this node knows of, by their owners.
/// @returns One line a node: its name, its standing, its address, whether it is linked,
///          and how many rooms it owns.
std::string report(const cluster_view& view, const node_name& self,
                   const std::set<node_name>& linked,
                   const std::map<node_name, std::size_t>& room_counts);

} // namespace greenroom
