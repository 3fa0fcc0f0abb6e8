#include "net/poller.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "protocol/vocabulary/invariant.hpp"

namespace greenroom::net {

namespace {

/// So many at once, and more have come meanwhile: then looking again beats waiting.
constexpr std::size_t busy_count = 8;

} // namespace

poller::poller(boost::asio::io_context& io)
  : io_(io), epoll_(io, ::epoll_create1(EPOLL_CLOEXEC)) {}

bool poller::add(int socket, pollable& who) {
  epoll_event entry{};
  entry.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  entry.data.ptr = &who;
  if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket, &entry) != 0)
    return false;
  is_used_ = true;
  return true;
}

void poller::remove(int socket, pollable& who) {
  ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, socket, nullptr);
  for (std::size_t at = 0; at < count_; ++at)
    if (events_[at].data.ptr == &who)
      events_[at].data.ptr = nullptr;
}

void poller::resume() {
  if (!is_used_ || std::exchange(is_waiting_, true))
    return;
  if (std::exchange(is_busy_, false))
    return boost::asio::post(io_, [this] { look(); });
  epoll_.async_wait(descriptor::wait_read, [this](boost::system::error_code error) {
    if (!error)
      look();
  });
}

/// Under load, whoever was just answered has sent more: one more look finds it, and
/// spares the reactor's own bookkeeping.
void poller::look() {
  const int found = ::epoll_wait(epoll_.native_handle(), events_.data(),
                                 static_cast<int>(events_.size()), 0);
  count_ = found > 0 ? static_cast<std::size_t>(found) : 0;
  is_busy_ = count_ >= busy_count;
  is_waiting_ = false;
  tell();
}

void poller::tell() {
  constexpr auto broken = EPOLLHUP | EPOLLERR;
  constexpr auto ended = EPOLLRDHUP | broken;
  for (std::size_t at = 0; at < count_; ++at) {
    const auto& [happened, key] = events_[at];
    if (key.ptr != nullptr && (happened & (EPOLLOUT | broken)) != 0)
      static_cast<pollable*>(key.ptr)->on_writable();
    if (key.ptr != nullptr && (happened & (EPOLLIN | ended)) != 0)
      static_cast<pollable*>(key.ptr)->on_readable((happened & ended) != 0);
  }
  count_ = 0;
}

} // namespace greenroom::net
