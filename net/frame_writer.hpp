// Writes to a socket, never waiting, and keeps what it does not take.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "net/polled_socket.hpp"

namespace greenroom::net {

/// What one connection still has to write before anything else. Holds no memory while
/// the socket takes everything.
class frame_writer {
public:
  /// Adds bytes that go before the next frames, such as control frames.
  void add_raw(std::string_view bytes);

  bool empty() const { return unsent_.empty(); }

  /// @returns Bytes of `add_raw` since it was last empty.
  std::size_t raw_bytes() const { return raw_bytes_; }

  /// Writes as much of what it holds as the socket takes; `done` is all.
  polled_socket::outcome write_unsent(polled_socket& socket);

  /// Writes as much of `frames` as the socket takes, and keeps the rest.
  /// @pre It is empty.
  polled_socket::outcome write(polled_socket& socket, std::string_view frames);

private:
  std::string unsent_;
  std::size_t sent_ = 0; ///< So much of it is written.
  std::size_t raw_bytes_ = 0;
};

} // namespace greenroom::net
