#include "tools/greenroom/cluster.hpp"

#include <csignal>
#include <cstdio>
#include <stdexcept>

#include <unistd.h>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "tools/greenroom/configuration.hpp"

namespace greenroom {

namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds dial_patience{3};

/// Asks CAF for a connection, and ends. An actor of its own, as CAF answers late.
void call(caf::event_based_actor* self, const caf::actor& operator_, std::string address,
          const node_actor& asker) {
  const auto colon = address.rfind(':');
  const auto port = static_cast<std::uint16_t>(std::stoul(address.substr(colon + 1)));
  self
    ->request(operator_, dial_patience, caf::connect_atom::value,
              address.substr(0, colon), port)
    .then(
      [self, asker, address](const caf::node_id&, const caf::strong_actor_ptr& node,
                             const std::set<std::string>&) {
        caf::anon_send(asker, dial_done{address, node});
        self->quit();
      },
      [self, asker, address](const caf::error&) {
        caf::anon_send(asker, dial_done{address, nullptr});
        self->quit();
      });
}

} // namespace

cluster::cluster(configuration& config) : config_(config) {
  config.load<caf::io::middleman>();
  add_cluster_messages(config);
  // Without the second, a peer that stands still would never be noticed.
  config.set("middleman.heartbeat-interval",
             caf::timespan{milliseconds{limits::heartbeat_ms}});
  config.set("middleman.connection-timeout",
             caf::timespan{milliseconds{limits::silence_ms_max}});
  config.set("middleman.workers", std::size_t{0});
}

directory_actor cluster::start(caf::actor_system& system, ports world, room_limits limits,
                               std::size_t room_count_max) {
  system_ = &system;
  node_settings setup;
  setup.name = {config_.cluster_name};
  setup.address = config_.cluster_address + ':' + std::to_string(config_.cluster_port);
  setup.seeds = config_.cluster_join;
  auto started = spawn_cluster_node(system, world, *this, std::move(setup), limits,
                                    room_count_max);
  node_ = started.node;
  const auto port = system.middleman().publish(caf::actor_cast<caf::actor>(node_),
                                               config_.cluster_port,
                                               config_.cluster_address.c_str(), true);
  if (!port)
    throw std::runtime_error{"cannot listen for other nodes on " + config_.cluster_address
                             + " port " + std::to_string(config_.cluster_port)};
  return caf::actor_cast<directory_actor>(started.directory);
}

void cluster::stop() {
  if (!node_)
    return;
  caf::scoped_actor self{*system_};
  self->send_exit(node_, caf::exit_reason::user_shutdown);
  self->wait_for(node_);
  node_ = nullptr;
}

void cluster::dial(const std::string& address, const node_actor& asker) {
  system_->spawn(call, caf::actor_cast<caf::actor>(system_->middleman().actor_handle()),
                 address, asker);
}

void cluster::refused(const std::string& why) {
  std::fprintf(stderr, "greenroom: the cluster refuses this node: %s\n", why.c_str());
  ::kill(::getpid(), SIGTERM);
}

} // namespace greenroom
