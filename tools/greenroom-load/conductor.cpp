#include "tools/greenroom-load/conductor.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tools/greenroom-load/rendezvous.hpp"
#include "tools/greenroom-load/script.hpp"

namespace greenroom::load {

namespace {

std::atomic<rendezvous*> interruptible{nullptr};

void interrupt(int) {
  if (auto* meeting = interruptible.load())
    meeting->stop();
}

void raise_file_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class conductor {
public:
  explicit conductor(const options& wanted)
    : wanted_(wanted), meeting_(wanted.threads), shows_progress_(::isatty(2) != 0) {
    for (std::uint32_t thread = 0; thread < wanted.threads; ++thread) {
      const auto first = first_room(thread);
      scripts_.push_back(std::make_unique<script>(
        wanted, first, first_room(thread + 1) - first, meeting_));
    }
  }

  figures run() {
    figures_.has_server = !wanted_.pids.empty();
    figures_.unit = scripts_.front()->record().is_about_messages() ? "message" : "join";
    figures_.before = take_sample(wanted_.pids);
    interruptible = &meeting_;
    std::signal(SIGINT, interrupt);
    std::signal(SIGTERM, interrupt);
    for (auto& each : scripts_)
      threads_.emplace_back([this, &each] { play(*each); });
    watch();
    for (auto& each : threads_)
      each.join();
    interruptible = nullptr;
    sum_up();
    return std::move(figures_);
  }

private:
  std::uint32_t first_room(std::uint32_t thread) const {
    return static_cast<std::uint32_t>(std::uint64_t{wanted_.rooms} * thread
                                      / wanted_.threads);
  }

  void play(script& each) {
    ::prctl(PR_SET_TIMERSLACK, 1); // Or what is due in a moment would be late.
    try {
      each.run();
    } catch (const std::exception& fault) {
      meeting_.fail(fault.what());
    }
  }

  void watch() {
    while (!meeting_.await(stage::gathered, now_ns() + ns_per_second))
      show("connecting and joining", 0);
    const auto own_before = own_cpu_ns();
    figures_.begin = take_sample(wanted_.pids);
    figures_.each_second.push_back(figures_.begin);
    const auto begin = now_ns();
    meeting_.begin(begin);
    for (std::int64_t second = 1;
         !meeting_.await(stage::acted, begin + second * ns_per_second); ++second) {
      figures_.each_second.push_back(take_sample(wanted_.pids));
      show("", second);
    }
    figures_.end = take_sample(wanted_.pids);
    figures_.load_cpu_us = static_cast<double>(own_cpu_ns() - own_before) / 1000;
    if (shows_progress_)
      std::fputs("\r\033[K", stderr);
  }

  /// One line that replaces itself, for people.
  void show(const char* what, std::int64_t second) {
    if (!shows_progress_)
      return;
    if (second == 0) {
      std::fprintf(stderr, "\r\033[K%s", what);
      return;
    }
    std::uint64_t sent = 0, done = 0;
    for (const auto& each : scripts_) {
      sent += each->record().sent_so_far();
      done += each->record().done_so_far();
    }
    const auto& samples = figures_.each_second;
    const auto& now = samples[samples.size() - 1];
    const auto& before = samples[samples.size() - 2];
    std::fprintf(stderr, "\r\033[K%3lld s  sent %llu  done %llu  (%llu/s)",
                 static_cast<long long>(second), static_cast<unsigned long long>(sent),
                 static_cast<unsigned long long>(done),
                 static_cast<unsigned long long>(done - done_before_));
    if (figures_.has_server)
      std::fprintf(stderr, "  server %.0f %% CPU, %.1f MiB",
                   per(static_cast<double>(now.cpu_ns - before.cpu_ns) * 100,
                       static_cast<double>(now.at_ns - before.at_ns)),
                   static_cast<double>(now.resident_bytes) / (1024 * 1024));
    done_before_ = done;
  }

  void sum_up() {
    for (const auto& each : scripts_)
      figures_.counts.add(each->result());
    figures_.failure = meeting_.failure();
    const auto& counts = figures_.counts;
    const auto last = std::max(counts.last_done_ns, counts.begin_ns);
    figures_.seconds = static_cast<double>(last - counts.begin_ns) / 1e9;
  }

  const options& wanted_;
  rendezvous meeting_;
  std::vector<std::unique_ptr<script>> scripts_;
  std::vector<std::thread> threads_;
  figures figures_;
  bool shows_progress_;
  std::uint64_t done_before_ = 0;
};

} // namespace

figures conduct(const options& wanted) {
  raise_file_limit();
  return conductor{wanted}.run();
}

} // namespace greenroom::load
