// All connections of one reactor. One timer serves the deadlines of them all.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/connection.hpp"
#include "net/frame_batch.hpp"
#include "net/poller.hpp"

namespace greenroom::net {

class websocket_session;

/// Made and destroyed while its reactor's thread does not run, and destroyed
/// before its `io_context`.
class connection_pool {
public:
  connection_pool(boost::asio::io_context& io, poller& watcher,
                  connection_context& context);
  ~connection_pool();
  connection_pool(const connection_pool&) = delete;
  connection_pool& operator=(const connection_pool&) = delete;

  // -- from any thread ---------------------------------------------------------

  /// Serves a new connection, whose socket belongs to this pool's `io_context`.
  void adopt(tcp_socket socket);

  /// Answers 503, without looking at what is asked.
  void refuse(tcp_socket socket);

  /// Closes all connections, clients being told to come back. What they sent
  /// before they answer is still read.
  /// @param window     Within which they are closed one after the other, at random
  ///                   distances, so that they do not come to other nodes all at once.
  /// @param when_empty Called on the pool's thread once no connection is left.
  void stop(std::chrono::milliseconds window, std::function<void()> when_empty);

  /// Writes what the turn has brought. On the pool's thread, after each turn of the
  /// actors.
  void end_turn();

  std::size_t size() const { return size_; }
  boost::asio::io_context& io() { return io_; }
  connection_context& context() { return context_; }

  // -- from connections, on the pool's thread ----------------------------------

  void add(std::shared_ptr<connection> member);
  /// It lives to the end of the turn, as it may be in the middle of something.
  void remove(connection& member);
  /// Has `member` look after its deadlines in the next second.
  void look_soon(const connection& member) { next_looks_[member.place_] = 0; }
  bool is_stopping() const { return is_stopping_; }
  instant now() const { return context_.world.clock->now(); }

  /// Ends a connection of which nothing is left to say, see lingering.hpp.
  void linger(tcp_socket socket);

  /// Has `member` write what it says at the end of the turn: one write for all that
  /// a turn of the actors brings.
  void flush_soon(websocket_session& member);

  /// Watches the connections that became WebSockets, and hands on what other threads
  /// have to say. From any thread.
  poller& watcher() { return watcher_; }

  /// Where bytes arrive, until the next connection reads: no connection holds a
  /// buffer of its own while it has nothing to say.
  std::span<char> read_buffer() { return read_buffer_; }

  /// Where a message is put together and taken apart. Likewise.
  std::string& message();

  /// Where what a connection writes is put together. Likewise.
  frame_batch& batch() { return batch_; }

  /// Where bytes go that nobody wants.
  boost::asio::mutable_buffer rubbish() { return boost::asio::buffer(rubbish_); }

private:
  void admit(tcp_socket socket);
  void arm();
  void sweep();
  void flush();
  void report_when_empty();
  void shed();
  void stop_all();

  boost::asio::io_context& io_;
  connection_context& context_;
  boost::asio::steady_timer timer_;
  poller& watcher_;
  std::vector<std::shared_ptr<connection>> members_;
  /// Until when each of `members_` can wait to be swept. In one piece, as nearly all can.
  std::vector<instant> next_looks_;
  std::vector<std::shared_ptr<connection>> departed_; ///< In this turn.
  std::vector<websocket_session*> unflushed_;
  std::vector<websocket_session*> flushing_;       ///< For its capacity.
  std::vector<std::weak_ptr<connection>> leaving_; ///< To be closed, one by one.
  boost::asio::steady_timer next_to_leave_;
  std::chrono::steady_clock::time_point all_leave_at_;
  std::function<void()> when_empty_;
  std::atomic<std::size_t> size_ = 0;
  bool is_armed_ = false;
  bool is_stopping_ = false;
  std::array<char, 32 * 1024> read_buffer_;
  std::string message_;
  frame_batch batch_;
  std::array<char, 16 * 1024> rubbish_;
};

} // namespace greenroom::net
