// The time of all measurements.
#pragma once

#include <cstdint>

namespace greenroom::load {

inline constexpr std::int64_t ns_per_us = 1'000;
inline constexpr std::int64_t ns_per_ms = 1'000'000;
inline constexpr std::int64_t ns_per_second = 1'000'000'000;

/// Nanoseconds since the program's start, of a steady clock.
std::int64_t now_ns();

} // namespace greenroom::load
