// The time of day, without its jumps.
#pragma once

#include <chrono>

#include "actors/ports.hpp"

namespace greenroom::net {

/// Reads Unix time once and counts from there, so that setting the machine's
/// clock moves no deadline and no timestamp.
class system_clock final : public clock_port {
public:
  system_clock();
  instant now() const override;

private:
  std::chrono::steady_clock::time_point start_;
  instant start_unix_ms_;
};

} // namespace greenroom::net
