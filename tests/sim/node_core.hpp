// The part of a simulated node that knows CAF.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/network/test_multiplexer.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include "actors/spawn.hpp"
#include "actors/spawn_cluster.hpp"
#include "tests/sim/node.hpp"

namespace greenroom::sim {

struct node_config : caf::actor_system_config {
  explicit node_config(bool is_networked);
};

/// Nodes of a mesh are joined by it, whether they ask or not.
class mesh_dialer final : public dialer_port {
public:
  void dial(const std::string&, const node_actor&) override {}
  void refused(const std::string&) override {}
  void drain_requested() override {}
};

struct node::core {
  explicit core(bool is_networked);

  /// Kills what lives, and lets it die.
  ~core();

  /// Takes all mail there is, and all that this brings.
  void exhaust();

  mesh_dialer dialer;
  node_config config;
  caf::actor_system system;
  caf::scheduler::test_coordinator& coordinator;
  caf::actor_registry& registry;
  /// Null unless networked.
  caf::io::network::test_multiplexer* multiplexer = nullptr;

  directory_actor directory;
  node_actor voice; ///< In the cluster; null unless rooms are shared.
  std::map<std::uint64_t, caf::weak_actor_ptr> rooms; ///< By number, those seen.
  std::vector<caf::weak_actor_ptr> others; ///< Sessions, and what a mesh brings.
  std::size_t own_actor_count = 0;
};

/// @returns Whether the actor behind a handle has not ended.
bool is_running(const caf::strong_actor_ptr& who);

} // namespace greenroom::sim
