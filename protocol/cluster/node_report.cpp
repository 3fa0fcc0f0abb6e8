#include "protocol/cluster/node_report.hpp"

#include <algorithm>

namespace greenroom {

namespace {

/// Code points, as ids of rooms may be in any script.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
    text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

} // namespace

std::string in_columns(const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::size_t> widths;
  for (const auto& line : lines)
    for (std::size_t at = 0; at < line.size(); ++at) {
      widths.resize(std::max(widths.size(), at + 1));
      widths[at] = std::max(widths[at], width_of(line[at]));
    }
  std::string out;
  for (const auto& line : lines) {
    for (std::size_t at = 0; at < line.size(); ++at) {
      out += line[at];
      if (at + 1 < line.size())
        out.append(widths[at] - width_of(line[at]) + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

std::string_view standing_of(const member& node, bool is_linked) {
  if (!is_linked && node.status != node_status::gone)
    return "suspect";
  return to_string(node.status);
}

std::string report(const cluster_view& view, const node_name& self,
                   const std::set<node_name>& linked,
                   const std::map<node_name, std::size_t>& room_counts) {
  std::vector<std::vector<std::string>> lines;
  for (const auto& node : view) {
    const bool is_self = node.name == self;
    const bool is_linked = linked.contains(node.name);
    const auto rooms = room_counts.find(node.name);
    const auto count = rooms == room_counts.end() ? 0 : rooms->second;
    lines.push_back({node.name.value,
                     std::string{standing_of(node, is_self || is_linked)}, node.address,
                     is_self     ? "this node"
                     : is_linked ? "linked"
                                 : "not linked",
                     std::to_string(count) + (count == 1 ? " room" : " rooms")});
  }
  return in_columns(lines);
}

} // namespace greenroom
