#include "net/reactor.hpp"

#include <utility>

#include <caf/logger.hpp>
#include <caf/resumable.hpp>

#include "protocol/vocabulary/invariant.hpp"

namespace greenroom::net {

namespace {

/// How many actors may run before I/O has a turn: a few milliseconds at worst.
constexpr std::size_t jobs_per_turn_max = 256;

thread_local reactor* this_reactor = nullptr;

/// Whoever spawns an actor gives its thread CAF's log, which nobody here reads; then CAF
/// looks the thread up in a table whenever an actor runs.
void forget_logger() {
  caf::logger::set_current_actor_system(nullptr);
}

} // namespace

reactor::reactor() : io_(1), keep_running_(io_.get_executor()), poller_(io_) {}

reactor::~reactor() {
  stop();
}

reactor* reactor::current() {
  return this_reactor;
}

void reactor::attach(caf::actor_system& system, std::size_t messages_max) {
  invariant(!thread_.joinable() && messages_max > 0);
  system_ = &system;
  messages_max_ = messages_max;
}

void reactor::at_turn_end(std::function<void()> action) {
  invariant(!thread_.joinable());
  at_turn_end_ = std::move(action);
}

void reactor::start() {
  invariant(!thread_.joinable());
  thread_ = std::thread{[this] { run(); }};
}

void reactor::stop() {
  invariant(this_reactor != this);
  if (!thread_.joinable())
    return;
  poller_.post([this] { stopping_ = true; });
  thread_.join();
}

void reactor::exec_later(caf::resumable* job) {
  if (this_reactor == this) {
    jobs_.push_back(job);
    return;
  }
  bool is_first = false;
  {
    const std::lock_guard guard{remote_mutex_};
    is_first = remote_jobs_.empty();
    remote_jobs_.push_back(job);
  }
  if (is_first)
    poller_.post([this] { accept_remote_jobs(); });
}

std::vector<caf::resumable*> reactor::take_jobs() {
  invariant(!thread_.joinable());
  accept_remote_jobs();
  const auto jobs = std::exchange(jobs_, {});
  return {jobs.begin(), jobs.end()};
}

void reactor::run() {
  this_reactor = this;
  while (!stopping_) {
    poller_.run_once(jobs_.empty());
    run_jobs();
    if (at_turn_end_)
      at_turn_end_();
  }
  this_reactor = nullptr;
}

void reactor::run_jobs() {
  forget_logger();
  for (std::size_t count = 0; count < jobs_per_turn_max && !jobs_.empty(); ++count) {
    auto* job = jobs_.front();
    jobs_.pop_front();
    if (job->resume(this, messages_max_) == caf::resumable::resume_later)
      jobs_.push_back(job);
    else
      intrusive_ptr_release(job); // Whoever sends it mail brings it back.
  }
}

void reactor::accept_remote_jobs() {
  {
    const std::lock_guard guard{remote_mutex_};
    accepted_jobs_.swap(remote_jobs_);
  }
  jobs_.insert(jobs_.end(), accepted_jobs_.begin(), accepted_jobs_.end());
  accepted_jobs_.clear();
}

reactor_pool::reactor_pool(std::size_t count, std::chrono::nanoseconds busy_poll) {
  invariant(count > 0);
  reactors_.reserve(count);
  for (std::size_t at = 0; at < count; ++at) {
    reactors_.push_back(std::make_unique<reactor>());
    reactors_.back()->watcher().busy_poll_for(busy_poll);
  }
}

void reactor_pool::start() {
  for (auto& each : reactors_)
    each->start();
}

void reactor_pool::stop() {
  for (auto& each : reactors_)
    each->stop();
}

} // namespace greenroom::net
