#include "tests/support/tcp_client.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace greenroom::test {

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw connection_lost(what + ": " + std::strerror(errno));
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

} // namespace

tcp_client::tcp_client(std::uint16_t port, int receive_buffer_bytes)
  : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (fd_ < 0)
    fail("socket");
  if (receive_buffer_bytes > 0) // Before connecting, as the handshake tells the window.
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                 sizeof receive_buffer_bytes);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
    const int error = errno;
    close();
    errno = error;
    fail("connect");
  }
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
}

tcp_client::~tcp_client() {
  close();
}

tcp_client& tcp_client::operator=(tcp_client&& other) noexcept {
  close();
  fd_ = std::exchange(other.fd_, -1);
  return *this;
}

void tcp_client::send(std::string_view bytes, deadline until) {
  while (!bytes.empty()) {
    bytes.remove_prefix(try_send(bytes));
    if (!bytes.empty() && !wait(false, true, until))
      throw timed_out("the server takes no more bytes");
  }
}

std::size_t tcp_client::try_send(std::string_view bytes) {
  const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0)
    return static_cast<std::size_t>(sent);
  if (would_block())
    return 0;
  fail("send");
}

tcp_client::arrival tcp_client::try_receive(char* buffer, std::size_t size,
                                            std::size_t& received) {
  received = 0;
  const auto count = ::recv(fd_, buffer, size, 0);
  if (count > 0) {
    received = static_cast<std::size_t>(count);
    return arrival::bytes;
  }
  return count < 0 && would_block() ? arrival::nothing : arrival::end;
}

bool tcp_client::wait(bool readable, bool writable, deadline until) const {
  const auto events = (readable ? POLLIN : 0) | (writable ? POLLOUT : 0);
  pollfd entry{fd_, static_cast<short>(events), 0};
  return ::poll(&entry, 1, milliseconds_until(until)) > 0;
}

std::string tcp_client::read_to_end(deadline until) {
  std::string result;
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    std::size_t received = 0;
    const auto what = try_receive(buffer.data(), buffer.size(), received);
    result.append(buffer.data(), received);
    if (what == arrival::end)
      return result;
    if (what == arrival::nothing && !wait(true, false, until))
      throw timed_out("the end of the stream");
  }
}

void tcp_client::half_close() {
  ::shutdown(fd_, SHUT_WR);
}

void tcp_client::abort() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void tcp_client::close() {
  if (fd_ >= 0)
    ::close(std::exchange(fd_, -1));
}

} // namespace greenroom::test
