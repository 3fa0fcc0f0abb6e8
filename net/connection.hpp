// What every connection of a reactor has in common, whatever it speaks.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "actors/ports.hpp"
#include "net/readiness.hpp"
#include "net/server_options.hpp"
#include "net/session_link.hpp"
#include "protocol/wire/phoenix.hpp"

namespace greenroom::net {

/// Names its executor's type, which spares each operation a virtual call.
using tcp_socket
  = boost::asio::basic_stream_socket<boost::asio::ip::tcp,
                                     boost::asio::io_context::executor_type>;

using dialect_factory
  = std::function<std::unique_ptr<wire::dialect>(wire::phoenix_version)>;

/// What all connections of a server share. Outlives them.
struct connection_context {
  server_options options;
  ports world; ///< Of these: clock and journal.
  readiness* ready = nullptr;
  session_opener* sessions = nullptr;
  dialect_factory make_dialect = wire::make_phoenix;
  std::atomic<std::size_t> connection_count = 0;
};

/// Lives on its reactor's thread alone. Kept alive by its pool, from `add` to the end of
/// the turn of `remove`, and by its own pending operations.
class connection {
public:
  virtual ~connection() = default;

  /// Looks after deadlines. Called about once a second, unless there are none for longer.
  /// @returns Until when there is no need to, unless it asks the pool to `look_soon`.
  virtual instant sweep(instant now) = 0;

  /// The server stops: end in an orderly way.
  virtual void stop() = 0;

  /// Lets go of everything at once, as the pool is about to go away.
  virtual void abandon() = 0;

private:
  friend class connection_pool;
  std::size_t place_ = 0; ///< In the pool's registry.
};

} // namespace greenroom::net
