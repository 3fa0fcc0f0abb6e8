#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace greenroom::sim {

/// The one source of everything that a run leaves to chance. The engine is
/// specified bit for bit; the standard's distributions and shuffles are not, so
/// a seed would mean another run on another machine.
class choices {
public:
  explicit choices(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t next() { return engine_(); }

  /// @pre count > 0
  std::size_t below(std::size_t count) { return engine_() % count; }

  /// Both ends included.
  std::int64_t between(std::int64_t min, std::int64_t max) {
    return min
           + static_cast<std::int64_t>(engine_()
                                       % static_cast<std::uint64_t>(max - min + 1));
  }

  bool permille(std::size_t chance) { return below(1000) < chance; }

  /// @pre `range` is not empty.
  template <class Range>
  auto& pick(Range& range) {
    return range[below(range.size())];
  }

private:
  std::mt19937_64 engine_;
};

} // namespace greenroom::sim
