// This node's part in a cluster: its port for other nodes, and its calls to them.
#pragma once

#include "actors/spawn_cluster.hpp"

namespace greenroom {

class configuration;

class cluster final : public dialer_port {
public:
  /// Prepares the configuration of the actor system that is to come.
  explicit cluster(configuration& config);

  /// Starts the node, and opens its port.
  /// @throws std::runtime_error if the port cannot be had.
  directory_actor start(caf::actor_system& system, ports world, room_limits limits,
                        std::size_t room_count_max);

  /// Tells the others that this node leaves, and waits for its actor to end. Twice is
  /// once.
  void stop();

  void dial(const std::string& address, const node_actor& asker) override;
  void refused(const std::string& why) override;

private:
  configuration& config_;
  caf::actor_system* system_ = nullptr;
  node_actor node_;
};

} // namespace greenroom
