// One thread that waits for I/O and runs actors. An actor runs where its mail
// comes from, so that a message which arrives and leaves by the same thread
// costs no hand-off.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/execution_unit.hpp>

#include "net/poller.hpp"

namespace greenroom::net {

/// Fair in both directions: I/O and the actors take turns, each for a bounded time, and
/// a short one, so that actors find in the cache what was read. Sleeps when neither has
/// anything to do. Until actors are attached it is a plain I/O thread.
class reactor final : public caf::execution_unit {
public:
  reactor();
  ~reactor() override;
  reactor(const reactor&) = delete;
  reactor& operator=(const reactor&) = delete;

  /// @returns Where sockets and timers that this thread serves belong.
  boost::asio::io_context& context() { return io_; }

  /// @returns Where this thread waits, and is given work of other threads.
  poller& watcher() { return poller_; }

  /// Lets actors of `system` run here. Before `start`.
  /// @param messages_max What an actor may take before others have a turn.
  void attach(caf::actor_system& system, std::size_t messages_max);

  /// @returns Whether actors of `system` run here.
  bool runs(const caf::actor_system& system) const { return system_ == &system; }

  /// Has `action` run on the thread whenever I/O and actors have both had a turn.
  /// Before `start` or after `stop`; replaces the former one.
  void at_turn_end(std::function<void()> action);

  void start();

  /// Waits until the thread has ended. Handlers and actors that were not run
  /// yet stay behind. May be repeated; not from the thread itself.
  void stop();

  /// Queues an actor that has mail. Unlike CAF's own execution units, from any
  /// thread: other threads' jobs arrive through one wake-up per batch.
  void exec_later(caf::resumable* job) override;

  /// Hands out what `stop` left behind, with the references that were held.
  std::vector<caf::resumable*> take_jobs();

  /// @returns The reactor that the calling thread belongs to, or null.
  static reactor* current();

private:
  void run();
  void run_jobs();
  void accept_remote_jobs();

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running_;
  poller poller_;
  std::size_t messages_max_ = 1;
  std::function<void()> at_turn_end_;
  bool stopping_ = false; ///< Touched by the thread itself only.
  std::deque<caf::resumable*> jobs_;

  std::mutex remote_mutex_;
  std::vector<caf::resumable*> remote_jobs_;
  std::vector<caf::resumable*> accepted_jobs_; ///< Empty; kept for its capacity.

  std::thread thread_;
};

/// All reactors of a node. Outlives the actor system whose actors it runs.
class reactor_pool {
public:
  /// @param busy_poll See `poller::busy_poll_for`; zero: sleep at once.
  explicit reactor_pool(std::size_t count, std::chrono::nanoseconds busy_poll = {});

  void start();
  void stop();

  std::size_t size() const { return reactors_.size(); }
  reactor& operator[](std::size_t at) { return *reactors_[at]; }
  auto begin() const { return reactors_.begin(); }
  auto end() const { return reactors_.end(); }

private:
  std::vector<std::unique_ptr<reactor>> reactors_;
};

} // namespace greenroom::net
