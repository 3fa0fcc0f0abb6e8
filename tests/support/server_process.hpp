// The real server, as a process of its own on a free port of the loopback.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/support/deadline.hpp"

namespace greenroom::test {

class server_process {
public:
  struct options {
    std::vector<std::string> arguments; ///< Beside the port and the secret's file.
    std::string secret_file;            ///< Empty: one of its own, removed at the end.
    int cpu = -1;                       ///< To run on, if not negative.
  };

  /// Returns once it serves.
  /// @throws std::runtime_error with its last words if it does not.
  server_process() : server_process(options{}) {}
  explicit server_process(options how);
  ~server_process();
  server_process(const server_process&) = delete;
  server_process& operator=(const server_process&) = delete;

  std::uint16_t port() const { return port_; }
  bool is_running();

  void signal(int number) const;

  /// @returns Its exit status; 128 and the signal's number if one killed it.
  int wait_for_exit(deadline until = soon());

  /// Asks it to stop, and waits.
  int stop();

  /// Everything it has said so far.
  std::string log() const;

  std::size_t resident_bytes() const;

  /// Time that its threads have spent on a CPU.
  std::uint64_t cpu_nanoseconds() const;

private:
  void start(const options& how);
  bool become_ready();
  void note_exit(int status);

  std::uint16_t port_ = 0;
  pid_t pid_ = -1; ///< -1 once it was waited for.
  int exit_status_ = -1;
  int log_ = -1;
  std::string secret_file_;
  bool secret_is_ours_ = false;
};

/// Asks by plain HTTP, on a connection of its own.
/// @returns The whole answer, head and body.
std::string ask_http(std::uint16_t port, const std::string& request);

/// The same for a plain GET.
std::string get_http(std::uint16_t port, const std::string& path);

/// @returns The status of an answer.
int status_of(const std::string& answer);

/// @returns What follows the head of an answer.
std::string body_of(const std::string& answer);

} // namespace greenroom::test
