// A TCP connection to the server under test, with every rudeness that real
// clients are capable of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/deadline.hpp"

namespace greenroom::test {

class tcp_client {
public:
  /// Connects to the loopback.
  /// @param receive_buffer_bytes Of the kernel; small ones make a client that
  ///        does not read felt sooner. Zero: as usual.
  explicit tcp_client(std::uint16_t port, int receive_buffer_bytes = 0);
  ~tcp_client();
  tcp_client(tcp_client&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  tcp_client& operator=(tcp_client&& other) noexcept;

  /// Waits until all is handed to the kernel.
  void send(std::string_view bytes, deadline until = soon());

  /// @returns How much the kernel took at once.
  /// @throws connection_lost
  std::size_t try_send(std::string_view bytes);

  enum class arrival {
    bytes,
    nothing, ///< Not yet.
    end,     ///< The peer will not send any more, orderly or not.
  };

  /// Takes what is there, without waiting.
  /// @param received Is set to how many bytes were written to `buffer`.
  arrival try_receive(char* buffer, std::size_t size, std::size_t& received);

  /// @returns Whether one of them is possible before `until`.
  bool wait(bool readable, bool writable, deadline until) const;

  /// Reads until the peer ends, or `until` has passed.
  std::string read_to_end(deadline until = soon());

  /// Says that nothing more will be sent; still reads.
  void half_close();

  /// Resets the connection: the peer loses what it has not read yet.
  void abort();

  void close();
  bool is_open() const { return fd_ >= 0; }
  int handle() const { return fd_; }

private:
  int fd_ = -1;
};

} // namespace greenroom::test
