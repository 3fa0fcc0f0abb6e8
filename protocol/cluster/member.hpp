// Nodes and what they know of each other: the cluster's vocabulary.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "protocol/vocabulary/ids.hpp"

namespace greenroom {

/// Names a node within its cluster, as its operator configured it. Placement
/// hangs on it, so a node that restarts under its name owns its rooms again.
struct node_name {
  std::string value;
  auto operator<=>(const node_name&) const = default;
};

enum class node_status : std::uint8_t {
  up,
  draining, ///< Serves its participants, owns no room any more.
  gone,     ///< Not heard by whoever says so, or has left.
};

/// @returns Its name, for logs.
std::string_view to_string(node_status status);

/// What is known of one node.
struct member {
  node_name name;
  std::string address;           ///< "host:port" of its cluster port.
  std::uint64_t incarnation = 0; ///< Of its life; grows from one to the next.
  std::uint32_t version = 0;     ///< Raised by the node itself with all that is new.
  node_status status = node_status::up;
  bool operator==(const member&) const = default;
};

/// All that a node knows of all nodes, itself included; gossiped whole, as there
/// are tens of nodes. Ordered by name.
using cluster_view = std::vector<member>;

/// @returns Whether `left` prevails over `right`, which speak of the same node.
bool is_newer(const member& left, const member& right);

/// Names what a view means for placement: two nodes whose views have the same
/// fingerprint place every room alike, and no earlier view had it.
std::uint64_t fingerprint(const cluster_view& view);

/// @returns Whether `text` may name a node: 1..64 of a-z, A-Z, 0-9, '-', '_', '.'.
bool is_valid_node_name(std::string_view text);

} // namespace greenroom

template <>
struct std::hash<greenroom::node_name> {
  std::size_t operator()(const greenroom::node_name& name) const noexcept {
    return std::hash<std::string>{}(name.value);
  }
};
