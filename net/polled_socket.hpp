// A connected socket that a poller watches.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "net/connection.hpp"
#include "net/poller.hpp"

namespace greenroom::net {

/// Never waits: what cannot be done at once is `blocked`.
class polled_socket {
public:
  enum class outcome : std::uint8_t {
    done,
    blocked, ///< The poller will tell when it is worth another try.
    ended,   ///< The other end says no more.
    gone,    ///< The connection broke.
  };

  struct result {
    outcome how = outcome::done;
    std::size_t size = 0; ///< Bytes that were read or written.
  };

  explicit polled_socket(poller& watcher) : watcher_(watcher) {}
  ~polled_socket() { close(); }
  polled_socket(const polled_socket&) = delete;
  polled_socket& operator=(const polled_socket&) = delete;

  /// Takes the socket over from Asio.
  /// @returns false if that fails; then nothing is open.
  bool open(tcp_socket socket, pollable& who);

  /// Hands the socket back to Asio, for the rest of its life.
  /// @pre It is open.
  tcp_socket release(boost::asio::io_context& io);

  /// @param into Not empty.
  result read(std::span<char> into);
  /// @param bytes Not empty.
  result write(std::string_view bytes);

  bool is_open() const { return handle_ != closed; }

  /// May be repeated.
  void close();

  /// What the kernel still holds for the other end will not be sent. Before `close`.
  void forget_unsent();

private:
  static constexpr int closed = -1;

  poller& watcher_;
  pollable* who_ = nullptr;
  int handle_ = closed;
  bool is_v6_ = false;
};

} // namespace greenroom::net
