#include "tools/greenroom/reach.hpp"

#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace greenroom {

namespace {

/// @returns An errno value; zero if somebody answers.
int try_out(const addrinfo& where, std::chrono::milliseconds patience) {
  const int number = ::socket(where.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                              0);
  if (number < 0)
    return errno;
  int fault = ::connect(number, where.ai_addr, where.ai_addrlen) == 0 ? 0 : errno;
  if (fault == EINPROGRESS) {
    pollfd answer{number, POLLOUT, 0};
    socklen_t size = sizeof(fault);
    if (::poll(&answer, 1, static_cast<int>(patience.count())) != 1)
      fault = ETIMEDOUT;
    else
      ::getsockopt(number, SOL_SOCKET, SO_ERROR, &fault, &size);
  }
  ::close(number);
  return fault;
}

} // namespace

std::string why_unreachable(const std::string& host, std::uint16_t port,
                            std::chrono::milliseconds patience) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int fault = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints,
                                      &found);
      fault != 0)
    return ::gai_strerror(fault);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all{found, &::freeaddrinfo};
  int fault = 0;
  for (const auto* each = all.get(); each != nullptr; each = each->ai_next)
    if ((fault = try_out(*each, patience)) == 0)
      return {};
  return std::strerror(fault);
}

} // namespace greenroom
