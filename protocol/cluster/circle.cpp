#include "protocol/cluster/circle.hpp"

#include <algorithm>
#include <tuple>

namespace greenroom {

namespace {

struct candidate {
  const member* known = nullptr;
  const std::set<node_name>* hears = nullptr; ///< Null: it is this node.
  bool shares_already = false;
  bool is_going = false; ///< It drains, or has said nothing for longer than others.
};

bool is_before(const candidate& left, const candidate& right) {
  return std::tie(left.is_going, right.shares_already, left.known->incarnation,
                  left.known->name)
         < std::tie(right.is_going, left.shares_already, right.known->incarnation,
                    right.known->name);
}

/// Of two that do not hear each other, one is dead more often than their link is cut, and
/// its neighbours notice that one after the other.
bool lags(const membership& node, const peer& other) {
  const auto heard_at = [](const auto& entry) { return entry.second.heard_at; };
  const auto latest = std::ranges::max_element(node.peers, {}, heard_at);
  return heard_at(*latest) - other.heard_at > node.times.silence_ms_max / 2;
}

/// This node hears all candidates.
bool hears(const candidate& who, const candidate& whom) {
  return !who.hears || who.hears->contains(whom.known->name);
}

std::vector<candidate> candidates_of(const membership& node) {
  const auto shares = [&](const node_name& name) {
    return std::ranges::find(node.circle, name) != node.circle.end();
  };
  const auto drains = [](const member& known) {
    return known.status == node_status::draining;
  };
  std::vector<candidate> all{{&node.self, nullptr, true, drains(node.self)}};
  for (const auto& [name, other] : node.peers)
    if (is_heard(other))
      all.push_back({&other.known, &other.hears, shares(name),
                     drains(other.known) || lags(node, other)});
  std::ranges::sort(all, is_before);
  return all;
}

/// Takes out the first candidates who all hear each other.
std::vector<candidate> take_first_circle(std::vector<candidate>& rest) {
  std::vector<candidate> circle, others;
  for (const auto& one : rest) {
    const bool fits = std::ranges::all_of(circle, [&](const candidate& member) {
      return hears(one, member) && hears(member, one);
    });
    (fits ? circle : others).push_back(one);
  }
  rest = std::move(others);
  return circle;
}

} // namespace

std::vector<node_name> proposal_of(const membership& node) {
  auto rest = candidates_of(node);
  for (;;) {
    const auto circle = take_first_circle(rest);
    if (std::ranges::all_of(circle, &candidate::hears))
      continue; // The others' own.
    std::vector<node_name> names;
    for (const auto& one : circle)
      names.push_back(one.known->name);
    std::ranges::sort(names);
    return names;
  }
}

std::vector<node_name> agreed_circle(const membership& node) {
  auto names = proposal_of(node);
  std::erase_if(names, [&](const node_name& name) {
    return name != node.self.name
           && !node.peers.at(name).proposal.contains(node.self.name);
  });
  return names;
}

} // namespace greenroom
