#include "tools/greenroom-load/clock.hpp"

#include <chrono>

namespace greenroom::load {

std::int64_t now_ns() {
  using std::chrono::steady_clock;
  static const auto start = steady_clock::now();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(steady_clock::now() - start)
    .count();
}

} // namespace greenroom::load
