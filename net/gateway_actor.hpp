// Where connections become sessions: the one place in which the network and the
// actors meet. No byte comes this far.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>

#include "actors/interfaces.hpp"
#include "actors/ports.hpp"
#include "net/connection_pool.hpp"
#include "net/listener.hpp"
#include "net/session_link.hpp"

namespace greenroom::net {

class reactor_pool;

/// Let nobody in any more, and everybody out: clients are told to come back
/// (1012) and heard until they answer, or until `close_timeout_ms` has passed.
struct drain_gateway {
  /// They are told within so long, `limits::drain_pace_ms` apart on average if there
  /// are few. Zero: all at once.
  std::chrono::milliseconds window_max{0};
};
/// What was on its way has arrived. What the gateway tells itself.
struct close_connections {};
/// No connection is left, and no session either: what they said is with the rooms.
struct gateway_drained {};
/// The last connection of a reactor has gone. Likewise.
struct pool_emptied {};
/// Time to see whether the last session has ended. Likewise.
struct look_for_sessions {};

/// One per node.
using gateway_actor
  = caf::typed_actor<caf::replies_to<drain_gateway>::with<gateway_drained>,
                     caf::reacts_to<close_connections>, caf::reacts_to<pool_emptied>,
                     caf::reacts_to<look_for_sessions>>;

/// Starts a session for each join, on the reactor that asks.
class session_spawner final : public session_opener {
public:
  session_spawner(caf::actor_system& system, ports world, directory_actor directory);

  std::unique_ptr<session_link> open(join_request request,
                                     std::shared_ptr<outbox_port> outbox,
                                     std::string origin) override;

  /// @returns How many sessions live.
  std::size_t session_count() const { return *session_count_; }

private:
  caf::actor_system& system_;
  ports world_;
  directory_actor directory_;
  /// Shared with the sessions, some of which outlive this.
  std::shared_ptr<std::atomic<std::size_t>> session_count_
    = std::make_shared<std::atomic<std::size_t>>(0);
};

/// What the gateway actor speaks for: the listening socket and all connections.
/// Made before the reactors start and destroyed after they have stopped, but
/// before the actor system and the reactors are.
class gateway {
public:
  /// @param ready Outlives this, and the actor system if that knows it as a port.
  gateway(reactor_pool& reactors, server_options options, ports world, readiness& ready);

  /// Takes the port. Nothing is accepted yet.
  /// @returns Why it could not.
  boost::system::error_code open(const boost::asio::ip::tcp::endpoint& where);

  std::uint16_t port() const { return listener_->port(); }

  /// Admits connections from now on.
  gateway_actor start(caf::actor_system& system, directory_actor directory);

  // -- for the actor -----------------------------------------------------------

  /// Admits nobody any more.
  void shut();

  /// Begins to close all connections.
  /// @param window_max Within which; see `drain_gateway`.
  /// @param to         Is told once for each pool when it is empty.
  void close_connections(std::chrono::milliseconds window_max, const gateway_actor& to);

  std::size_t pool_count() const { return pools_.size(); }
  bool has_connections() const { return context_.connection_count > 0; }
  bool has_sessions() const { return sessions_->session_count() > 0; }

private:
  void report_stop() const;

  connection_context context_;
  std::vector<std::unique_ptr<connection_pool>> pools_;
  std::optional<listener> listener_;
  std::optional<session_spawner> sessions_;
};

} // namespace greenroom::net

// Never leave the node.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::net::drain_gateway)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::net::gateway_drained)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::net::close_connections)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::net::pool_emptied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::net::look_for_sessions)
