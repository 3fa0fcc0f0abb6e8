// Random numbers, cheap and the same for the same seed.
#pragma once

#include <cstdint>

namespace greenroom::load {

/// The generator known as SplitMix64.
class chance {
public:
  explicit chance(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    auto mixed = state_ += 0x9E3779B97F4A7C15;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
    return mixed ^ mixed >> 31;
  }

  /// @returns One of 0 to `count` - 1.
  std::uint64_t below(std::uint64_t count) { return next() % count; }

private:
  std::uint64_t state_;
};

} // namespace greenroom::load
