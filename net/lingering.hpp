// The end of a connection.
#pragma once

#include <memory>

#include "net/connection.hpp"

namespace greenroom::net {

class connection_pool;

/// Has sent its last byte and reads, without keeping it, what the peer still
/// says. To close a socket at once would reset the connection if anything was
/// left to read, and the peer might never see our last words.
class lingering final : public connection,
                        public std::enable_shared_from_this<lingering> {
public:
  lingering(connection_pool& pool, tcp_socket socket);

  void start();

  instant sweep(instant now) override;
  void stop() override {}
  void abandon() override;

private:
  void read();
  void drop();

  connection_pool& pool_;
  tcp_socket socket_;
  instant deadline_;
};

} // namespace greenroom::net
