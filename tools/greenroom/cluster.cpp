#include "tools/greenroom/cluster.hpp"

#include <csignal>
#include <cstdio>
#include <stdexcept>

#include <unistd.h>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>
#include <caf/openssl/publish.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>

#include "tools/greenroom/configuration.hpp"
#include "tools/greenroom/reach.hpp"

namespace greenroom {

namespace {

using std::chrono::milliseconds;

/// Nodes answer at once, unless the way to them is broken.
constexpr std::chrono::seconds answer_patience{5};

/// CAF may be in the middle of a call that takes long.
constexpr milliseconds close_patience{500};

constexpr std::chrono::seconds dial_patience{3};
constexpr std::chrono::seconds connect_patience{2};

const char* why_not(const caf::error& fault, bool is_encrypted) {
  if (fault == caf::sec::request_timeout)
    return "no answer yet";
  if (fault != caf::sec::disconnect_during_handshake)
    return "cannot be reached";
  return is_encrypted ? "it broke off: no TLS there, or a certificate was not accepted"
                      : "it broke off: it is no node of a cluster, or wants TLS";
}

/// Asks CAF for a connection, and ends. A thread of its own, as CAF answers late; and as
/// CAF would block, for minutes, all other calls and the end of the process while a
/// machine does not even refuse, this first tries whether somebody is there.
void call(caf::event_based_actor* self, const caf::actor& dialler, bool is_encrypted,
          const std::string& address, const node_actor& asker) {
  const auto colon = address.rfind(':');
  const auto port = static_cast<std::uint16_t>(std::stoul(address.substr(colon + 1)));
  if (const auto why = why_unreachable(address.substr(0, colon), port, connect_patience);
      !why.empty()) {
    caf::anon_send(asker, dial_done{address, nullptr, why});
    self->quit();
    return;
  }
  self
    ->request(dialler, dial_patience, caf::connect_atom::value, address.substr(0, colon),
              port)
    .then(
      [self, asker, address](const caf::node_id&, const caf::strong_actor_ptr& node,
                             const std::set<std::string>&) {
        caf::anon_send(asker, dial_done{address, node, "it is no node of a cluster"});
        self->quit();
      },
      [self, asker, address, is_encrypted](const caf::error& fault) {
        caf::anon_send(asker, dial_done{address, nullptr, why_not(fault, is_encrypted)});
        self->quit();
      });
}

} // namespace

cluster::cluster(configuration& config, const ports& world) : config_(config) {
  config.load<caf::io::middleman>();
  if (!config.cluster_certificate.empty())
    encryption_.emplace(config, world);
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
  setup.address = config_.advertised_address();
  setup.seeds = config_.cluster_join;
  auto started = spawn_cluster_node(system, world, *this, std::move(setup), limits,
                                    room_count_max);
  node_ = started.node;
  const auto port = publish();
  if (!port)
    throw std::runtime_error{"cannot listen for other nodes on " + config_.cluster_address
                             + " port " + std::to_string(config_.cluster_port)};
  return caf::actor_cast<directory_actor>(started.directory);
}

caf::expected<std::uint16_t> cluster::publish() {
  const auto node = caf::actor_cast<caf::actor>(node_);
  const auto* address = config_.cluster_address.c_str();
  if (encryption_)
    return caf::openssl::publish(node, config_.cluster_port, address, true);
  return system_->middleman().publish(node, config_.cluster_port, address, true);
}

bool cluster::drain() {
  bool has_heir = false;
  caf::scoped_actor self{*system_};
  self->request(node_, answer_patience, drain_node{})
    .receive([&](bool answer) { has_heir = answer; }, [](const caf::error&) {});
  return has_heir;
}

void cluster::request_drain(const std::string& node) {
  std::string why = "there was no answer in time";
  caf::scoped_actor self{*system_};
  self->request(node_, answer_patience, greenroom::request_drain{node})
    .receive([&](std::string& answer) { why = std::move(answer); },
             [](const caf::error&) {});
  if (!why.empty())
    throw std::runtime_error{why};
}

void cluster::stop() {
  if (!node_)
    return;
  close_port();
  caf::scoped_actor self{*system_};
  self->send_exit(node_, caf::exit_reason::user_shutdown);
  self->wait_for(node_);
  node_ = nullptr;
}

/// A connection that came in the very moment in which CAF stops would never be freed.
void cluster::close_port() {
  constexpr std::uint16_t each = 0;
  caf::scoped_actor self{*system_};
  self
    ->request(dialler(), close_patience, caf::unpublish_atom::value, node_.address(),
              each)
    .receive([] {}, [](const caf::error&) {});
}

caf::actor cluster::dialler() const {
  return caf::actor_cast<caf::actor>(encryption_
                                       ? system_->openssl_manager().actor_handle()
                                       : system_->middleman().actor_handle());
}

void cluster::dial(const std::string& address, const node_actor& asker) {
  system_->spawn<caf::detached>(call, dialler(), encryption_.has_value(), address, asker);
}

void cluster::drain_requested() {
  ::kill(::getpid(), SIGTERM);
}

void cluster::refused(const std::string& why) {
  if (was_refused_.exchange(true))
    return; // Others say the same.
  std::fprintf(stderr, "greenroom: the cluster refuses this node: %s\n", why.c_str());
  ::kill(::getpid(), SIGTERM);
}

} // namespace greenroom
