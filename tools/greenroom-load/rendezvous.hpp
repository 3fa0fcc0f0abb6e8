// Where the threads meet between the stages of a run.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

namespace greenroom::load {

enum class stage : std::uint8_t {
  gathered, ///< All are connected, and in unless joining is the load.
  acted,    ///< The load is over, and what it made has arrived.
};

class rendezvous {
public:
  explicit rendezvous(std::size_t threads) : left_{threads, threads} {}

  // -- for the threads -----------------------------------------------------------

  void arrive(stage where);

  /// Waits until the load may begin. @returns When it does.
  std::int64_t await_begin();

  /// This thread cannot go on. The first one's reason counts.
  void fail(const std::string& why);

  bool is_stopped() const { return stop_.load(std::memory_order_relaxed); }

  // -- for whoever watches them --------------------------------------------------

  /// @returns Whether all have arrived; if not, the time has come.
  bool await(stage where, std::int64_t until_ns);

  void begin(std::int64_t now);

  /// Ends the load early. May be called by a signal handler.
  void stop() { stop_.store(true, std::memory_order_relaxed); }

  bool has_failed();
  std::string failure();

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<std::size_t, 2> left_; ///< Threads that have not arrived, by stage.
  std::int64_t begin_ns_ = 0;
  std::string failure_;
  std::atomic<bool> stop_{false};
};

} // namespace greenroom::load
