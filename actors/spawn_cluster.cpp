#include "actors/spawn_cluster.hpp"

#include <caf/actor_system_config.hpp>

#include "actors/shared_directory_actor.hpp"

namespace greenroom {

void add_cluster_messages(caf::actor_system_config& config) {
  config.add_message_type<link_frame>("link_frame")
    .add_message_type<route_link>("route_link")
    .add_message_type<view_followed>("view_followed")
    .add_message_type<view_frame>("view_frame")
    .add_message_type<request_drain>("request_drain")
    .add_message_type<membership_refused>("membership_refused")
    .add_message_type<report_room>("report_room")
    .add_message_type<testify_room>("testify_room");
}

cluster_node spawn_cluster_node(caf::actor_system& system, ports world,
                                dialer_port& dialer, node_settings setup,
                                room_limits limits, std::size_t room_count_max) {
  const auto aware = std::make_shared<awareness_lease>();
  auto directory = system.spawn<shared_directory_process>(world, aware, setup.name,
                                                          limits, room_count_max);
  auto node = system.spawn<node_process>(world, &dialer, directory, aware,
                                         std::move(setup));
  return {std::move(directory), std::move(node)};
}

} // namespace greenroom
