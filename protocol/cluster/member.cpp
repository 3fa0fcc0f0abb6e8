#include "protocol/cluster/member.hpp"

#include <algorithm>
#include <tuple>

#include "protocol/cluster/placement.hpp"

namespace greenroom {

std::string_view to_string(node_status status) {
  switch (status) {
    case node_status::up: return "up";
    case node_status::draining: return "draining";
    case node_status::gone: return "gone";
  }
  return "";
}

bool is_newer(const member& left, const member& right) {
  return std::tie(left.incarnation, left.version)
         > std::tie(right.incarnation, right.version);
}

std::uint64_t fingerprint(const cluster_view& view) {
  std::uint64_t result = 0;
  for (const auto& node : view)
    if (node.status != node_status::gone)
      result = stable_hash(node.name.value + '/' + std::to_string(node.incarnation) + '/'
                             + std::to_string(node.version)
                             + (may_own_rooms(node) ? '+' : '-'),
                           result);
  return result;
}

bool is_valid_node_name(std::string_view text) {
  constexpr std::size_t bytes_max = 64;
  return !text.empty() && text.size() <= bytes_max
         && std::ranges::all_of(text, [](char byte) {
              return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
                     || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_'
                     || byte == '.';
            });
}

} // namespace greenroom
