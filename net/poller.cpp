#include "net/poller.hpp"

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include "net/asio_epoll.hpp"

namespace greenroom::net {

namespace {

constexpr int for_ever = -1;

int checked(int descriptor) {
  if (descriptor < 0)
    throw std::system_error{errno, std::generic_category(), "poller"};
  return descriptor;
}

void watch(int epoll, int descriptor, std::uint32_t events, void* key) {
  epoll_event entry{};
  entry.events = events;
  entry.data.ptr = key;
  checked(::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &entry));
}

} // namespace

poller::poller(boost::asio::io_context& io)
  : io_(io),
    epoll_(checked(::epoll_create1(EPOLL_CLOEXEC))),
    bell_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))) {
  watch(epoll_, epoll_of(io), EPOLLIN, &io_);
  watch(epoll_, bell_, EPOLLIN | EPOLLET, nullptr);
}

poller::~poller() {
  ::close(bell_);
  ::close(epoll_);
}

bool poller::add(int socket, pollable& who) {
  epoll_event entry{};
  entry.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  entry.data.ptr = &who;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &entry) == 0;
}

void poller::remove(int socket, pollable& who) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
  for (std::size_t at = 0; at < count_; ++at)
    if (events_[at].data.ptr == &who)
      events_[at].data.ptr = nullptr;
}

void poller::run_once(bool may_sleep) {
  wait(may_sleep && !has_handlers_ && !is_busy_polling());
  tell();
  if (has_handlers_)
    has_handlers_ = io_.poll_one() > 0;
}

bool poller::is_busy_polling() {
  if (busy_poll_.count() == 0)
    return false;
  const auto now = clock::now();
  if (std::exchange(has_worked_, false))
    busy_until_ = now + busy_poll_;
  return now < busy_until_;
}

void poller::wait(bool may_sleep) {
  if (may_sleep)
    is_asleep_ = true;
  // Who gives something now either is seen here or sees that it must ring.
  const int timeout = may_sleep && !is_noticed_ ? for_ever : 0;
  const int found = ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()),
                                 timeout);
  if (may_sleep)
    is_asleep_ = false;
  if (is_noticed_) {
    is_noticed_ = false;
    has_handlers_ = true;
  }
  count_ = found > 0 ? static_cast<std::size_t>(found) : 0;
  has_worked_ |= count_ > 0 || has_handlers_;
}

void poller::tell() {
  constexpr auto broken = EPOLLHUP | EPOLLERR;
  constexpr auto ended = EPOLLRDHUP | broken;
  for (std::size_t at = 0; at < count_; ++at) {
    const auto& [happened, key] = events_[at];
    if (key.ptr == &io_) {
      has_handlers_ = true;
      continue;
    }
    if (key.ptr != nullptr)
      static_cast<pollable*>(key.ptr)->needed.fetch();
    if (key.ptr != nullptr && (happened & (EPOLLOUT | broken)) != 0)
      static_cast<pollable*>(key.ptr)->on_writable();
    if (key.ptr != nullptr && (happened & (EPOLLIN | ended)) != 0)
      static_cast<pollable*>(key.ptr)->on_readable((happened & ended) != 0);
  }
  count_ = 0;
}

void poller::notice() {
  is_noticed_ = true;
  if (!is_asleep_)
    return;
  const std::uint64_t once = 1;
  [[maybe_unused]] const auto written = ::write(bell_, &once, sizeof once);
}

} // namespace greenroom::net
