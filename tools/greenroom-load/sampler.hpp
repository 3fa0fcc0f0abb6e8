// What processes cost, as the kernel counts it.
#pragma once

#include <cstdint>
#include <vector>

#include <sys/types.h>

namespace greenroom::load {

struct sample {
  std::int64_t at_ns = 0;
  std::int64_t cpu_ns = 0; ///< Of all threads, since they began.
  std::int64_t resident_bytes = 0;
};

/// @returns The sum over all of them; those that are gone count nothing.
sample take_sample(const std::vector<pid_t>& processes);

/// @returns The CPU time of this program.
std::int64_t own_cpu_ns();

} // namespace greenroom::load
