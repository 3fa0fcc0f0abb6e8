#include "protocol/cluster/membership.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "protocol/vocabulary/invariant.hpp"

namespace greenroom {

namespace {

/// Tells at its end whether what it watched means something new for rooms.
class watch {
public:
  explicit watch(const membership& node)
    : node_(node), before_(fingerprint(view_of(node))) {}

  membership_effects finish(membership_effects result = {}) const {
    if (fingerprint(view_of(node_)) != before_) {
      result.emplace_back(view_changed{});
      result.emplace_back(gossip{});
    }
    return result;
  }

private:
  const membership& node_;
  std::uint64_t before_;
};

void dial_soon(membership& node, const std::string& address, instant now) {
  if (!address.empty() && address != node.self.address)
    node.addresses.try_emplace(address, dialled{now, node.times.redial_ms_min});
}

/// Others say that we are gone, or know an earlier life of ours that reached a
/// higher number: only a greater incarnation can tell them otherwise.
void refute(membership& node, const member& told) {
  if (told != node.self && is_newer(told, node.self))
    node.self.incarnation = std::max(node.self.incarnation, told.incarnation) + 1;
}

void learn(membership& node, const member& told, instant now) {
  auto& known = node.peers[told.name];
  if (known.known.name.value.empty()) {
    known.known = told;
    known.heard_at = now;
  } else if (is_newer(told, known.known)) {
    known.known = told;
    if (told.status != node_status::gone)
      known.heard_at = now; // Its new life gets the whole time to be heard.
  } else {
    return;
  }
  if (!known.linked)
    dial_soon(node, known.known.address, now);
}

bool says_that_it_leaves(const node_name& teller, const cluster_view& told) {
  return std::ranges::any_of(told, [&](const member& entry) {
    return entry.name == teller && entry.status == node_status::gone;
  });
}

void give_up_silent(membership& node, instant now) {
  for (auto& [name, other] : node.peers) {
    if (other.known.status == node_status::gone
        || now - other.heard_at < node.times.silence_ms_max)
      continue;
    other.known.status = node_status::gone;
    ++other.known.version;
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
  return std::ranges::none_of(node.peers, [](const auto& entry) {
    return entry.second.known.status != node_status::gone;
  });
}

void become_unaware(membership& node, instant now) {
  node.unaware = true;
  node.unaware_until = now + node.times.silence_ms_max;
}

/// A node that was stopped has missed what the others decided meanwhile, its own
/// death perhaps. Their silence was its own.
/// @returns Whether it was.
bool notice_stop(membership& node, instant now) {
  if (now - node.last_tick < node.times.silence_ms_max || is_alone(node))
    return false;
  become_unaware(node, now);
  for (auto& [name, other] : node.peers)
    other.heard_at = now;
  return true;
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
  if (!node.addresses.empty())
    become_unaware(node, now);
  return node;
}

cluster_view view_of(const membership& node) {
  cluster_view view;
  view.reserve(node.peers.size() + 1);
  for (const auto& [name, other] : node.peers)
    view.push_back(other.known);
  view.insert(std::ranges::lower_bound(view, node.self.name, {}, &member::name),
              node.self);
  return view;
}

std::uint32_t company_of(const membership& node) {
  return 1
         + static_cast<std::uint32_t>(
           std::ranges::count_if(node.peers, [](const auto& entry) {
             return entry.second.known.status != node_status::gone;
           }));
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
  return found != node.peers.end() && found->second.linked
         && found->second.known.status != node_status::gone
         && found->second.known.address != other.address;
}

bool is_fresh(const membership& node, instant now) {
  return !node.unaware && now - node.last_tick < node.times.silence_ms_max;
}

membership_effects link_up(membership& node, const member& other, const std::string& via,
                           instant now) {
  const watch changes{node};
  learn(node, other, now);
  auto& known = node.peers[other.name];
  known.linked = true;
  known.has_left = false;
  known.heard_at = now;
  node.addresses.erase(known.known.address);
  node.addresses.erase(via);
  return changes.finish({gossip{}});
}

membership_effects link_down(membership& node, const node_name& other, instant now) {
  const auto found = node.peers.find(other);
  if (found == node.peers.end())
    return {};
  found->second.linked = false;
  // A process that died is not heard again: no need to wait for all of it.
  found->second.heard_at = std::min(
    found->second.heard_at, now - node.times.silence_ms_max + node.times.heartbeat_ms);
  dial_soon(node, found->second.known.address, now);
  if (std::ranges::none_of(node.peers,
                           [](const auto& entry) { return entry.second.linked; }))
    for (const auto& seed : node.seeds)
      dial_soon(node, seed, now);
  return {};
}

membership_effects hear(membership& node, const node_name& from, const cluster_view& told,
                        instant now) {
  const watch changes{node};
  const bool was_unaware = std::exchange(node.unaware, false);
  for (const auto& entry : told) {
    if (entry.name == node.self.name)
      refute(node, entry);
    else if (is_valid_node_name(entry.name.value)
             && (node.peers.size() < limits::node_count_max
                 || node.peers.contains(entry.name)))
      learn(node, entry, now);
  }
  if (const auto teller = node.peers.find(from); teller != node.peers.end()) {
    teller->second.heard_at = now;
    teller->second.has_left = says_that_it_leaves(from, told);
  }
  auto result = changes.finish();
  if (was_unaware && result.empty())
    result.emplace_back(view_changed{}); // Decisions may be taken again.
  return result;
}

membership_effects beat(membership& node, instant now) {
  const watch changes{node};
  membership_effects result;
  const bool was_stopped = notice_stop(node, now);
  node.last_tick = now;
  give_up_silent(node, now);
  if (node.unaware && now >= node.unaware_until && is_alone(node)) {
    node.unaware = false;
    result.emplace_back(view_changed{});
  }
  if (was_stopped)
    result.emplace_back(view_changed{}); // Nothing may be decided by it.
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

membership_effects depart(membership& node) {
  node.self.status = node_status::gone;
  ++node.self.version;
  return {gossip{}};
}

} // namespace greenroom
