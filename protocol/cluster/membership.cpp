#include "protocol/cluster/membership.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "protocol/cluster/circle.hpp"
#include "protocol/cluster/placement.hpp"
#include "protocol/vocabulary/invariant.hpp"

namespace greenroom {

namespace {

/// Tells at its end whether what it watched means something new for rooms, or for other
/// nodes.
class watch {
public:
  explicit watch(membership& node)
    : node_(node),
      before_(fingerprint(view_of(node))),
      heard_(heard_view_of(node)),
      proposal_(proposal_of(node)) {}

  membership_effects finish(membership_effects result = {}) const {
    // A view that comes back must not be taken for the former one, which others have
    // followed long ago.
    if (auto circle = agreed_circle(node_); circle != node_.circle) {
      node_.circle = std::move(circle);
      ++node_.self.version;
    }
    if (fingerprint(view_of(node_)) != before_)
      result.emplace_back(view_changed{});
    if (heard_view_of(node_) != heard_ || proposal_of(node_) != proposal_)
      result.emplace_back(gossip{});
    return result;
  }

private:
  membership& node_;
  std::uint64_t before_;
  cluster_view heard_;
  std::vector<node_name> proposal_;
};

void dial_soon(membership& node, const std::string& address, instant now) {
  if (!address.empty() && address != node.self.address)
    node.addresses.try_emplace(address, dialled{now, node.times.redial_ms_min});
}

/// Others know an earlier life of ours that reached a higher number: only a greater
/// incarnation can tell them otherwise.
void refute(membership& node, const member& told) {
  if (is_newer(told, node.self))
    node.self.incarnation = told.incarnation + 1;
}

/// @param is_its_own Whether the node says so of itself. What others say of its status
///                   is whether they hear it.
void learn(membership& node, const member& told, bool is_its_own, instant now) {
  auto& entry = node.peers[told.name];
  const bool is_first = entry.known.name.value.empty();
  if (!is_first && !is_newer(told, entry.known))
    return;
  const bool is_reborn = told.incarnation > entry.known.incarnation;
  auto status = told.status;
  if (!is_its_own && status == node_status::gone)
    status = is_reborn ? node_status::up : entry.known.status;
  if (is_reborn) {
    entry.hears.clear();
    entry.proposal.clear();
  }
  entry.known = told;
  entry.known.status = status;
  if (!entry.linked)
    dial_soon(node, entry.known.address, now);
}

bool says_that_it_leaves(const node_name& teller, const cluster_view& told) {
  return std::ranges::any_of(told, [&](const member& entry) {
    return entry.name == teller && entry.status == node_status::gone;
  });
}

void give_up_silent(membership& node, instant now) {
  for (auto& [name, other] : node.peers) {
    if (other.is_silent || now - other.heard_at < node.times.silence_ms_max)
      continue;
    other.is_silent = true;
    other.hears.clear();
    other.proposal.clear();
    dial_soon(node, other.known.address, now);
  }
}

void redial(membership& node, instant now, membership_effects& out) {
  for (auto& [address, entry] : node.addresses) {
    if (entry.next_at > now)
      continue;
    out.emplace_back(dial{address});
    entry.next_at = now + entry.wait_ms;
    entry.wait_ms = std::min(2 * entry.wait_ms, node.times.redial_ms_max);
  }
}

bool is_alone(const membership& node) {
  return std::ranges::none_of(node.peers,
                              [](const auto& entry) { return is_heard(entry.second); });
}

/// It hears somebody who is about to share rooms with it.
bool awaits_company(const membership& node, instant now) {
  return node.circle.size() == 1
         && std::ranges::any_of(node.peers, [&](const auto& entry) {
              return is_heard(entry.second)
                     && now - entry.second.linked_at < node.times.silence_ms_max;
            });
}

void become_unaware(membership& node, instant until) {
  node.unaware = true;
  node.unaware_until = until;
  node.unaware_version = ++node.self.version;
}

/// A node that was stopped has missed what the others decided meanwhile, its own
/// death perhaps. Their silence was its own.
/// @returns Whether it was.
bool notice_stop(membership& node, instant now) {
  if (now - node.last_tick < node.times.silence_ms_max || is_alone(node))
    return false;
  become_unaware(node, now + limits::settle_ms_max);
  for (auto& [name, other] : node.peers)
    other.heard_at = now;
  return true;
}

/// @returns Whether who told this knows that we have started, or go on.
bool knows_us(const membership& node, const cluster_view& told) {
  return std::ranges::any_of(told, [&](const member& entry) {
    return entry.name == node.self.name && entry.incarnation == node.self.incarnation
           && entry.version >= node.unaware_version;
  });
}

/// @returns Whether decisions may be taken again.
bool become_aware(membership& node, bool is_time, instant now) {
  return node.unaware && is_time && !awaits_company(node, now)
         && std::exchange(node.unaware, false);
}

} // namespace

membership make_membership(node_name name, std::string address,
                           std::vector<std::string> seeds, const cluster_times& times,
                           instant now, std::uint64_t incarnation) {
  invariant(is_valid_node_name(name.value));
  membership node;
  node.self = {std::move(name), std::move(address), incarnation, 0, node_status::up};
  node.times = times;
  node.seeds = std::move(seeds);
  node.last_tick = node.next_heartbeat = now;
  for (const auto& seed : node.seeds)
    dial_soon(node, seed, now);
  node.circle = {node.self.name};
  if (!node.addresses.empty())
    become_unaware(node, now + node.times.silence_ms_max);
  return node;
}

bool is_heard(const peer& other) {
  return !other.is_silent && other.known.status != node_status::gone;
}

cluster_view heard_view_of(const membership& node) {
  cluster_view view;
  view.reserve(node.peers.size() + 1);
  for (const auto& [name, other] : node.peers) {
    view.push_back(other.known);
    if (!is_heard(other))
      view.back().status = node_status::gone;
  }
  view.insert(std::ranges::lower_bound(view, node.self.name, {}, &member::name),
              node.self);
  return view;
}

cluster_view view_of(const membership& node) {
  auto view = heard_view_of(node);
  for (auto& entry : view)
    if (!std::ranges::binary_search(node.circle, entry.name))
      entry.status = node_status::gone;
  return view;
}

std::uint32_t company_of(const membership& node) {
  return static_cast<std::uint32_t>(node.circle.size());
}

bool must_yield(const membership& node, const member& other, std::uint32_t company) {
  if (const auto ours = company_of(node); ours != company)
    return ours < company;
  return std::tie(node.self.incarnation, node.self.address, node.self.name)
         > std::tie(other.incarnation, other.address, other.name);
}

bool has_left(const membership& node, const node_name& other) {
  const auto found = node.peers.find(other);
  return found != node.peers.end() && found->second.has_left;
}

bool is_missed(const membership& node, const std::string& address) {
  return std::ranges::none_of(node.peers, [&](const auto& entry) {
    return entry.second.has_left && entry.second.known.address == address;
  });
}

bool takes_name(const membership& node, const member& other) {
  const auto found = node.peers.find(other.name);
  return found != node.peers.end() && found->second.linked && is_heard(found->second)
         && found->second.known.address != other.address;
}

bool is_fresh(const membership& node, instant now) {
  return !node.unaware && now - node.last_tick < node.times.silence_ms_max;
}

membership_effects link_up(membership& node, const member& other, const std::string& via,
                           instant now) {
  const watch changes{node};
  learn(node, other, true, now);
  auto& known = node.peers[other.name];
  known.linked = true;
  known.has_left = known.is_silent = false;
  known.linked_at = known.heard_at = now;
  node.addresses.erase(known.known.address);
  node.addresses.erase(via);
  return changes.finish({gossip{}});
}

membership_effects link_down(membership& node, const node_name& other, instant now) {
  const auto found = node.peers.find(other);
  if (found == node.peers.end())
    return {};
  const watch changes{node};
  // Even if the link is back at once: what was on its way is lost, and whoever waits for
  // an answer has to ask again.
  if (std::ranges::binary_search(node.circle, other))
    ++node.self.version;
  found->second.linked = false;
  // A process that died is not heard again: no need to wait for all of it.
  found->second.heard_at = std::min(
    found->second.heard_at, now - node.times.silence_ms_max + node.times.heartbeat_ms);
  dial_soon(node, found->second.known.address, now);
  if (std::ranges::none_of(node.peers,
                           [](const auto& entry) { return entry.second.linked; }))
    for (const auto& seed : node.seeds)
      dial_soon(node, seed, now);
  return changes.finish();
}

membership_effects hear(membership& node, const node_name& from, const cluster_view& told,
                        const std::vector<node_name>& proposal, instant now) {
  const watch changes{node};
  for (const auto& entry : told) {
    if (entry.name == node.self.name)
      refute(node, entry);
    else if (is_valid_node_name(entry.name.value)
             && (node.peers.size() < limits::node_count_max
                 || node.peers.contains(entry.name)))
      learn(node, entry, entry.name == from, now);
  }
  if (const auto teller = node.peers.find(from); teller != node.peers.end()) {
    auto& other = teller->second;
    other.heard_at = now;
    other.is_silent = false;
    other.has_left = says_that_it_leaves(from, told);
    other.hears.clear();
    for (const auto& entry : told)
      if (entry.status != node_status::gone)
        other.hears.insert(entry.name);
    other.proposal = {proposal.begin(), proposal.end()};
  }
  auto result = changes.finish();
  if (become_aware(node, knows_us(node, told), now))
    result.emplace_back(view_changed{});
  return result;
}

membership_effects beat(membership& node, instant now) {
  const watch changes{node};
  membership_effects result;
  const bool was_stopped = notice_stop(node, now);
  node.last_tick = now;
  give_up_silent(node, now);
  if (become_aware(node, now >= node.unaware_until && is_alone(node), now) || was_stopped)
    result.emplace_back(view_changed{});
  if (now >= node.next_heartbeat || was_stopped) {
    node.next_heartbeat = now + node.times.heartbeat_ms;
    result.emplace_back(gossip{});
  }
  redial(node, now, result);
  return changes.finish(std::move(result));
}

membership_effects start_draining(membership& node) {
  const watch changes{node};
  if (node.self.status == node_status::up) {
    node.self.status = node_status::draining;
    ++node.self.version;
  }
  return changes.finish();
}

bool has_heir(const membership& node) {
  return std::ranges::any_of(node.circle, [&](const node_name& name) {
    return name != node.self.name && may_own_rooms(node.peers.at(name).known);
  });
}

membership_effects depart(membership& node) {
  node.self.status = node_status::gone;
  ++node.self.version;
  return {gossip{}};
}

} // namespace greenroom
