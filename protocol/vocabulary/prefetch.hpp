// Fetches memory ahead of its use.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace greenroom {

inline constexpr std::size_t cache_line_bytes = 64;

/// Has the processor fetch `size` bytes from `at` on while it does something else.
///
/// Between two messages of one participant there are those of all others, and so what
/// belongs to it has left the caches. A signal touches about a hundred such lines of
/// memory, most of which are found by what stands in the one before: waited for one by
/// one, they cost more than all that is done with them. Whoever knows early what will be
/// needed late asks for it here. Nothing depends on it: whatever is not there is not fetched.
/// But what another thread writes is then missed by that one, so nobody asks for that.
inline void prefetch(const void* at, std::size_t size) {
  const auto* place = static_cast<const char*>(at);
  const auto before = reinterpret_cast<std::uintptr_t>(at) % cache_line_bytes;
  for (std::size_t offset = 0; offset < before + size; offset += cache_line_bytes)
    __builtin_prefetch(place - before + offset);
  // GCC leaves out calls of functions that do nothing but fetch.
  asm volatile("");
}

/// @returns Another value on each thread.
inline const void* thread_mark() {
  thread_local const char mark = 0;
  return &mark;
}

/// What was needed last time, and will be again: places that would otherwise be found one
/// after the other, each by what stands in the one before. Kept by whoever is reached first.
/// The places are never looked at, so whatever stood there may be gone.
class prefetch_list {
public:
  /// As many as a connection needs, and the room behind it.
  static constexpr std::size_t place_count_max = 10;

  /// Leaves out what is beyond `place_count_max`, or 255 lines of one place.
  void add(const void* at, std::size_t size) {
    if (count_ == place_count_max)
      return;
    constexpr std::size_t line_count_max = 255;
    const auto before = reinterpret_cast<std::uintptr_t>(at) % cache_line_bytes;
    const auto lines = (before + size + cache_line_bytes - 1) / cache_line_bytes;
    line_counts_[count_] = static_cast<std::uint8_t>(
      lines < line_count_max ? lines : line_count_max);
    places_[count_++] = static_cast<const char*>(at) - before;
  }

  void fetch() const {
    for (std::size_t at = 0; at < count_; ++at)
      prefetch(places_[at], line_counts_[at] * cache_line_bytes);
  }

private:
  std::array<const char*, place_count_max> places_{};
  std::array<std::uint8_t, place_count_max> line_counts_{};
  std::uint8_t count_ = 0;
};

} // namespace greenroom
