// Many WebSocket connections on one thread, for benchmarks: cheap enough that
// what is measured is the server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/tcp_client.hpp"
#include "tests/support/websocket_frames.hpp"

namespace greenroom::bench {

class load_client {
public:
  /// Hears each text message of each connection.
  using listener = std::function<void(std::size_t connection, std::string_view text)>;

  load_client();
  ~load_client();
  load_client(const load_client&) = delete;
  load_client& operator=(const load_client&) = delete;

  /// Connects and upgrades, which takes a moment. @returns Its number, from 0.
  std::size_t connect(std::uint16_t port);

  /// Queues a text message; `turn` sends it.
  void send(std::size_t connection, std::string_view text);

  /// Sends what waits, and hears what has come.
  /// @param milliseconds_max How long to wait if there is nothing to do.
  /// @throws std::runtime_error when a connection ends.
  void turn(int milliseconds_max, const listener& hear);

  std::size_t size() const { return connections_.size(); }

private:
  struct connection {
    test::tcp_client socket;
    test::frame_parser parser;
    std::string unsent;
    std::size_t sent = 0; ///< Of `unsent`.
    bool is_queued = false;
    bool waits_for_room = false;
  };

  void flush(std::size_t number);
  void read(std::size_t number, const listener& hear);
  void watch(std::size_t number, bool for_room);

  int epoll_ = -1;
  std::vector<std::unique_ptr<connection>> connections_;
  std::vector<std::size_t> queued_;
};

} // namespace greenroom::bench
