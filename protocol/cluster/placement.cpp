#include "protocol/cluster/placement.hpp"

#include <algorithm>

namespace greenroom {

namespace {

/// The finalizer of splitmix64: every bit of the input reaches every bit of the
/// output, which FNV alone does not do for short names.
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

} // namespace

std::uint64_t stable_hash(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = 0xcbf29ce484222325ULL ^ seed; // FNV-1a
  for (const unsigned char byte : bytes)
    hash = (hash ^ byte) * 0x100000001b3ULL;
  return mix(hash);
}

bool may_own_rooms(const member& node) {
  return node.status == node_status::up;
}

std::optional<node_name> owner_of(const room_id& room, const cluster_view& view) {
  const auto room_hash = stable_hash(room.value);
  const member* best = nullptr;
  std::uint64_t best_weight = 0;
  for (const auto& node : view) {
    const auto weight = stable_hash(node.name.value, room_hash);
    if (may_own_rooms(node) && (!best || weight > best_weight)) {
      best = &node;
      best_weight = weight;
    }
  }
  return best ? std::optional{best->name} : std::nullopt;
}

} // namespace greenroom
