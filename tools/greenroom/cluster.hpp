// This node's part in a cluster: its port for other nodes, and its calls to them.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include <caf/expected.hpp>

#include "actors/spawn_cluster.hpp"
#include "tools/greenroom/cluster_tls.hpp"

namespace greenroom {

class configuration;

class cluster final : public dialer_port {
public:
  /// Prepares the configuration of the actor system that is to come.
  /// @throws std::runtime_error if a certificate or key cannot be used.
  cluster(configuration& config, const ports& world);

  /// Starts the node, and opens its port.
  /// @throws std::runtime_error if the port cannot be had.
  directory_actor start(caf::actor_system& system, ports world, room_limits limits,
                        std::size_t room_count_max);

  /// Gives up owning rooms.
  /// @returns Whether another node takes them.
  bool drain();

  /// Asks a node of the cluster, perhaps this one, to drain and stop.
  /// @throws std::runtime_error with a sentence for the operator if it cannot.
  void request_drain(const std::string& node);

  /// Closes the port, tells the others that this node leaves, and waits for its actor to
  /// end. Twice is once.
  void stop();

  void dial(const std::string& address, const node_actor& asker) override;
  /// Ends the process in an orderly way.
  void refused(const std::string& why) override;
  void drain_requested() override;
  bool was_refused() const { return was_refused_; }

private:
  caf::expected<std::uint16_t> publish();
  void close_port();
  /// @returns Who of CAF makes and takes connections.
  caf::actor dialler() const;

  configuration& config_;
  std::optional<cluster_tls> encryption_;
  caf::actor_system* system_ = nullptr;
  node_actor node_;
  std::atomic<bool> was_refused_ = false;
};

} // namespace greenroom
