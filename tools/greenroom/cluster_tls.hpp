// What nodes show each other before they say anything, and what the log hears of those
// that cannot.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "actors/ports.hpp"
#include "protocol/cluster/repeated_lines.hpp"

namespace greenroom {

class configuration;

/// A file as it was when it was read, at a path for those who insist on paths. CAF reads
/// certificates for each link, and ends the process when it cannot.
class kept_file {
public:
  /// @throws std::runtime_error with a sentence for the operator.
  kept_file(const std::string& option, const std::string& path);
  kept_file(const kept_file&) = delete;
  kept_file& operator=(const kept_file&) = delete;
  ~kept_file();

  const std::string& path() const { return path_; }

private:
  int number_;
  std::string path_;
};

/// Makes CAF encrypt, and watches over its handshakes. At most one for each process.
class cluster_tls {
public:
  /// @param config Its actor system, which is to come, must end before this does.
  /// @throws std::runtime_error with a sentence for the operator if other nodes would
  ///         not accept this one, by its own CA.
  cluster_tls(configuration& config, const ports& world);
  cluster_tls(const cluster_tls&) = delete;
  cluster_tls& operator=(const cluster_tls&) = delete;
  ~cluster_tls();

  /// Logs that a handshake failed, unless it said so lately. Safe to call from any
  /// thread.
  void note_failure(const std::string& address, const std::string& why);

private:
  ports world_;
  kept_file certificate_;
  kept_file key_;
  kept_file ca_;
  int watch_;
  std::mutex mutex_; // Links are made on two threads.
  repeated_lines lines_;
};

} // namespace greenroom
