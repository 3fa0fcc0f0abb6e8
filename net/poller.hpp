// Finds out which of many sockets have something to say: one call for all of them,
// and none for each.
#pragma once

#include <array>
#include <cstddef>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <sys/epoll.h>

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

protected:
  ~pollable() = default;
};

/// Asio arms each socket anew for each read, or tries a read that fails first. Here
/// sockets are armed once: each is told when something *changes*, so whoever was told
/// reads until nothing is left. Belongs to one thread, which runs `io`.
class poller {
public:
  explicit poller(boost::asio::io_context& io);
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;

  /// @param who Outlives its membership.
  /// @returns false if the system refuses.
  bool add(int socket, pollable& who);

  /// Whoever leaves hears no more, whatever is known of it already.
  void remove(int socket, pollable& who);

  /// Listens, if it does not yet. Whoever has been told something is told no more
  /// before: to listen again costs a system call, which can wait until what was heard
  /// is answered.
  void resume();

private:
  using descriptor
    = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

  void look();
  void tell();

  boost::asio::io_context& io_;
  descriptor epoll_;
  /// Few, so that what they have said is still in the cache when it is answered.
  std::array<epoll_event, 32> events_;
  std::size_t count_ = 0; ///< Of `events_`, while they are told.
  bool is_used_ = false;
  bool is_waiting_ = false;
  bool is_busy_ = false; ///< The last look found so many that the next will find more.
};

} // namespace greenroom::net
