// The door into actors/ for a node that shares its rooms with others.
#pragma once

#include "actors/node_actor.hpp"

namespace caf {
class actor_system_config;
} // namespace caf

namespace greenroom {

struct cluster_node {
  shared_directory_actor directory;
  node_actor node;
};

/// What crosses between nodes must be known to CAF on each.
void add_cluster_messages(caf::actor_system_config& config);

/// Starts the directory and the voice of a node in a cluster.
/// @param dialer Must outlive the system.
cluster_node spawn_cluster_node(caf::actor_system& system, ports world,
                                dialer_port& dialer, node_settings setup,
                                room_limits limits, std::size_t room_count_max);

} // namespace greenroom
