#include "tools/greenroom/process.hpp"

#include <csignal>

#include <sys/resource.h>

namespace greenroom {

namespace {

sigset_t awaited_signals() {
  sigset_t result;
  sigemptyset(&result);
  sigaddset(&result, SIGINT);
  sigaddset(&result, SIGTERM);
  sigaddset(&result, SIGUSR1);
  return result;
}

} // namespace

void prepare_process() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files); // If it is refused, we do with less.
  }
  std::signal(SIGPIPE, SIG_IGN);
  const auto signals = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

signal_wish await_signal() {
  auto signals = awaited_signals();
  int received = 0;
  sigwait(&signals, &received);
  if (received == SIGUSR1)
    return signal_wish::dump;
  sigdelset(&signals, SIGUSR1); // It must not end a process that is about to.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  return signal_wish::stop;
}

} // namespace greenroom
