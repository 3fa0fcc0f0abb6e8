// Fetches memory ahead of its use.
#pragma once

#include <cstddef>

namespace greenroom {

/// Has the processor fetch `size` bytes from `at` on while it does something else.
///
/// Between two messages of one participant there are those of all others, and so what
/// belongs to it has left the caches. A signal touches about a hundred such lines of
/// memory, most of which are found by what stands in the one before: waited for one by
/// one, they cost more than all that is done with them. Whoever knows early what will be
/// needed late asks for it here. Nothing depends on it: whatever is not there is not fetched.
inline void prefetch(const void* at, std::size_t size) {
  constexpr std::size_t line_bytes = 64;
  const auto* line = static_cast<const char*>(at);
  for (std::size_t offset = 0; offset < size; offset += line_bytes)
    __builtin_prefetch(line + offset);
}

} // namespace greenroom
