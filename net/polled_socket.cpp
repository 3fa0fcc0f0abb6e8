#include "net/polled_socket.hpp"

#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace greenroom::net {

namespace {

/// Signals do not count as an answer.
template <class Call>
polled_socket::result attempt(Call call) {
  auto size = call();
  while (size < 0 && errno == EINTR)
    size = call();
  if (size > 0)
    return {polled_socket::outcome::done, static_cast<std::size_t>(size)};
  if (size == 0)
    return {polled_socket::outcome::ended, 0};
  const bool is_blocked = errno == EAGAIN || errno == EWOULDBLOCK;
  return {is_blocked ? polled_socket::outcome::blocked : polled_socket::outcome::gone, 0};
}

} // namespace

bool polled_socket::open(tcp_socket socket, pollable& who) {
  boost::system::error_code error;
  const auto here = socket.local_endpoint(error);
  if (!error)
    socket.non_blocking(true, error);
  if (error)
    return false;
  is_v6_ = here.protocol() == boost::asio::ip::tcp::v6();
  const int handle = socket.release(error);
  if (error)
    return false;
  handle_ = handle;
  if (watcher_.add(handle_, who)) {
    who_ = &who;
    return true;
  }
  ::close(std::exchange(handle_, closed));
  return false;
}

tcp_socket polled_socket::release(boost::asio::io_context& io) {
  using boost::asio::ip::tcp;
  watcher_.remove(handle_, *who_);
  return {io, is_v6_ ? tcp::v6() : tcp::v4(), std::exchange(handle_, closed)};
}

polled_socket::result polled_socket::read(std::span<char> into) {
  return attempt([&] { return ::recv(handle_, into.data(), into.size(), 0); });
}

polled_socket::result polled_socket::write(std::string_view bytes) {
  return attempt(
    [&] { return ::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL); });
}

void polled_socket::close() {
  if (!is_open())
    return;
  watcher_.remove(handle_, *who_);
  ::close(std::exchange(handle_, closed));
}

void polled_socket::forget_unsent() {
  const linger at_once{1, 0};
  ::setsockopt(handle_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

} // namespace greenroom::net
