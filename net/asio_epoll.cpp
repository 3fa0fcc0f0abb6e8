#include "net/asio_epoll.hpp"

#include <boost/asio/detail/epoll_reactor.hpp>

namespace greenroom::net {

namespace {

using boost::asio::detail::epoll_reactor;

int epoll_reactor::*member();

/// Asio does not tell. An explicit instantiation may name what is private, so this is
/// plain C++, and an Asio that calls it otherwise stops the build here.
template <int epoll_reactor::*Member>
struct revealed {
  friend int epoll_reactor::*member() { return Member; }
};
template struct revealed<&epoll_reactor::epoll_fd_>;

} // namespace

int epoll_of(boost::asio::io_context& io) {
  auto& reactor = boost::asio::use_service<epoll_reactor>(io);
  reactor.init_task(); // Or nobody would look there before a first socket or timer.
  return reactor.*member();
}

} // namespace greenroom::net
