// A Unix socket by which the operator of this machine asks the running server.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace greenroom {

/// A request is one line. The answer is a line that is "ok", or "error" and why, and
/// after "ok" whatever was asked for. One client is served at a time, and none for
/// long, on a thread of its own: what operators ask must not delay participants.
class control_socket {
public:
  /// @returns What was asked for.
  /// @throws std::exception whose text says why not.
  using handler = std::function<std::string(const std::string& request)>;

  /// Open to the server's own user only. A socket that a dead server left is replaced.
  /// @throws std::runtime_error with a sentence for the operator.
  control_socket(std::string path, handler answer);
  ~control_socket();

  control_socket(const control_socket&) = delete;
  control_socket& operator=(const control_socket&) = delete;

private:
  void serve();
  void answer_one(int client);

  std::string path_;
  handler answer_;
  int listener_ = -1;
  int stop_ = -1; ///< Readable when it is time to end.
  std::thread thread_;
};

/// Asks the server that listens at `path`.
/// @returns What was asked for.
/// @throws std::runtime_error with a sentence for the operator.
std::string ask_server(const std::string& path, const std::string& request);

} // namespace greenroom
