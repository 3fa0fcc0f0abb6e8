#include "tests/sim/faults.hpp"

#include <charconv>

namespace greenroom::sim {

namespace {

struct fault_row {
  fault what;
  std::string_view name;
  std::size_t permille; ///< Unless the list says otherwise.
};

/// Deaths are rare, as little can be asked of what they hit.
constexpr std::array<fault_row, fault_count> rows{{
  {fault::drop, "drop", 30},
  {fault::half_open, "half_open", 12},
  {fault::delay, "delay", 15},
  {fault::slow, "slow", 12},
  {fault::clock, "clock", 6},
  {fault::session_death, "session_death", 4},
  {fault::room_death, "room_death", 2},
  {fault::node_kill, "node_kill", 2},
  {fault::node_stall, "node_stall", 4},
  {fault::link_cut, "link_cut", 6},
  {fault::node_drain, "node_drain", 3},
}};

constexpr std::size_t client_fault_count = 7;

fault_plan usual(std::size_t first, std::size_t last) {
  fault_plan plan;
  for (auto at = first; at < last; ++at)
    plan.set(rows[at].what, rows[at].permille);
  return plan;
}

const fault_row* find_row(std::string_view name) {
  for (const auto& row : rows)
    if (row.name == name)
      return &row;
  return nullptr;
}

bool add(fault_plan& plan, std::string_view item) {
  const auto equals = item.find('=');
  const auto* row = find_row(item.substr(0, equals));
  if (!row)
    return false;
  auto permille = row->permille;
  if (equals != item.npos) {
    const auto number = item.substr(equals + 1);
    const auto* end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, permille);
    if (error != std::errc{} || stop != end || permille > 1000)
      return false;
  }
  plan.set(row->what, permille);
  return true;
}

} // namespace

std::string_view to_string(fault what) {
  return rows[static_cast<std::size_t>(what)].name;
}

fault_plan fault_plan::client() {
  return usual(0, client_fault_count);
}

fault_plan fault_plan::all() {
  return usual(0, fault_count);
}

std::optional<fault_plan> fault_plan::parse(std::string_view list) {
  if (list == "none")
    return none();
  if (list == "client")
    return client();
  if (list == "node")
    return usual(client_fault_count, fault_count);
  if (list == "all")
    return all();
  fault_plan plan;
  for (std::size_t at = 0; at <= list.size();) {
    const auto comma = std::min(list.find(',', at), list.size());
    if (!add(plan, list.substr(at, comma - at)))
      return std::nullopt;
    at = comma + 1;
  }
  return plan;
}

std::string fault_plan::to_string() const {
  if (*this == all())
    return "all";
  if (*this == client())
    return "client";
  std::string list;
  for (const auto& row : rows) {
    if (permille(row.what) == 0)
      continue;
    list += (list.empty() ? "" : ",") + std::string{row.name};
    if (permille(row.what) != row.permille)
      list += "=" + std::to_string(permille(row.what));
  }
  return list.empty() ? "none" : list;
}

} // namespace greenroom::sim
