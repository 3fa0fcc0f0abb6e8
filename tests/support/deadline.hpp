// How long tests wait before they call it a failure. Never how long they sleep.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace greenroom::test {

using steady = std::chrono::steady_clock;
using deadline = steady::time_point;
using namespace std::chrono_literals;

/// Long, as sanitizers are slow and machines are shared: only failures pay it.
inline constexpr auto patience = 30s;

inline deadline soon() {
  return steady::now() + patience;
}

/// @returns Milliseconds left, as `poll` takes them; never negative.
inline int milliseconds_until(deadline until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady::now());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

struct timed_out : std::runtime_error {
  explicit timed_out(const std::string& what) : std::runtime_error("in vain: " + what) {}
};

/// The peer ended or reset the connection where a test needed it.
struct connection_lost : std::runtime_error {
  explicit connection_lost(const std::string& what)
    : std::runtime_error("connection lost: " + what) {}
};

} // namespace greenroom::test
