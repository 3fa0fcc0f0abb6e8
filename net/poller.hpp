// Where a thread waits for all that concerns it, with one call: many sockets, Asio, and
// what other threads hand it.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <sys/epoll.h>

#include "protocol/vocabulary/prefetch.hpp"

namespace greenroom::net {

/// What a poller wakes. Called on the poller's thread alone.
class pollable {
public:
  /// Bytes may have come.
  /// @param is_end Nothing comes after what can be read now: there will be no second
  ///               word of it.
  virtual void on_readable(bool is_end) = 0;
  /// Bytes may be written again.
  virtual void on_writable() = 0;

  /// What it needs as soon as it is told anything: the poller asks for it.
  prefetch_list needed;

protected:
  ~pollable() = default;
};

/// Asio arms each socket anew for each read, or tries a read that fails first. Here
/// sockets are armed once: each is told when something *changes*, so whoever was told
/// reads until nothing is left. Belongs to one thread, which runs `io` by it.
///
/// Asio's own sockets and timers wait behind it, and what they wait for in the kernel is
/// seen. A completion that Asio only queues (of what succeeds at once, or is cancelled) is
/// not: who relies on one outside of Asio's handlers begins in `post`.
class poller {
public:
  explicit poller(boost::asio::io_context& io);
  ~poller();
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;

  /// Has the thread look again and again for so long, once all is done, before it sleeps:
  /// to wake it takes longer than to relay a signal. Meanwhile it takes its core. Before
  /// the first `run_once`.
  void busy_poll_for(std::chrono::nanoseconds time) { busy_poll_ = time; }

  /// @param who Outlives its membership.
  /// @returns false if the system refuses.
  bool add(int socket, pollable& who);

  /// Whoever leaves hears no more, whatever is known of it already.
  void remove(int socket, pollable& who);

  /// Has `action` run as a handler of `io`. From any thread.
  template <class Action>
  void post(Action&& action) {
    boost::asio::post(io_, std::forward<Action>(action));
    notice();
  }

  /// Tells those that something happened to, then runs a handler of `io` if there is one.
  /// @param may_sleep Nobody else has anything to do before something happens.
  void run_once(bool may_sleep);

private:
  using clock = std::chrono::steady_clock;

  bool is_busy_polling();
  void wait(bool may_sleep);
  void tell();
  void notice();

  boost::asio::io_context& io_;
  const int epoll_;
  const int bell_; ///< Readable once rung; each ring is a change, so nobody reads it.
  /// Few, so that what they have said is still in the cache when it is answered.
  std::array<epoll_event, 32> events_;
  std::size_t count_ = 0;    ///< Of `events_`, while they are told.
  bool has_handlers_ = true; ///< `io` may have something to run.
  std::chrono::nanoseconds busy_poll_{0};
  clock::time_point busy_until_;         ///< Of no use if it never busy-polls.
  bool has_worked_ = false;              ///< Since `busy_until_` was set.
  std::atomic<bool> is_noticed_ = false; ///< It was given something.
  std::atomic<bool> is_asleep_ = false;
};

} // namespace greenroom::net
