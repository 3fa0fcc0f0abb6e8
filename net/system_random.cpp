#include "net/system_random.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

#include <sys/random.h>

#include "protocol/vocabulary/invariant.hpp"

namespace greenroom::net {

namespace {

/// The kernel gives up to 256 bytes without ever being interrupted.
constexpr std::size_t numbers_per_call = 256 / sizeof(std::uint64_t);

struct reserve {
  std::array<std::uint64_t, numbers_per_call> numbers;
  std::size_t left = 0;
};

void refill(reserve& kept) {
  constexpr auto size = sizeof(kept.numbers);
  ssize_t got = -1;
  do
    got = getrandom(kept.numbers.data(), size, 0);
  while (got < 0 && errno == EINTR); // Only before the kernel's pool is ready.
  invariant(got == static_cast<ssize_t>(size));
  kept.left = kept.numbers.size();
}

} // namespace

std::uint64_t system_random::next() {
  thread_local reserve kept;
  if (kept.left == 0)
    refill(kept);
  return std::exchange(kept.numbers[--kept.left], 0); // Each is told once.
}

} // namespace greenroom::net
