#include "tools/greenroom-load/rendezvous.hpp"

#include <chrono>

#include "tools/greenroom-load/clock.hpp"

namespace greenroom::load {

void rendezvous::arrive(stage where) {
  const std::lock_guard lock{mutex_};
  --left_[static_cast<std::size_t>(where)];
  changed_.notify_all();
}

std::int64_t rendezvous::await_begin() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return begin_ns_ != 0 || !failure_.empty(); });
  return begin_ns_;
}

void rendezvous::fail(const std::string& why) {
  const std::lock_guard lock{mutex_};
  if (failure_.empty())
    failure_ = why;
  stop();
  changed_.notify_all();
}

bool rendezvous::await(stage where, std::int64_t until_ns) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, std::chrono::nanoseconds{until_ns - now_ns()}, [&] {
    return left_[static_cast<std::size_t>(where)] == 0 || !failure_.empty();
  });
}

void rendezvous::begin(std::int64_t now) {
  const std::lock_guard lock{mutex_};
  begin_ns_ = now;
  changed_.notify_all();
}

bool rendezvous::has_failed() {
  return !failure().empty();
}

std::string rendezvous::failure() {
  const std::lock_guard lock{mutex_};
  return failure_;
}

} // namespace greenroom::load
