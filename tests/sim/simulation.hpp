// One run, from a seed to what it found.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "tests/sim/checker.hpp"
#include "tests/sim/faults.hpp"
#include "tests/sim/trace.hpp"
#include "tests/sim/world.hpp"

namespace greenroom::sim {

struct simulation_options : world_options {
  std::size_t step_count = 200;
  fault_plan faults = fault_plan::client();
};

struct outcome {
  std::optional<violation> found;
  std::size_t step_count = 0;    ///< Of the workload.
  std::uint64_t event_count = 0; ///< Messages taken, requests and words carried.
  std::uint64_t push_count = 0;
  std::int64_t virtual_ms = 0;
  std::array<std::size_t, fault_count> fault_counts{};
};

/// A function of its options: the same ones bring the same outcome and trace.
outcome simulate(const simulation_options& options, trace& out);
outcome simulate(const simulation_options& options);

/// @returns The digest of a run's trace.
std::uint64_t digest_of(const simulation_options& options);

/// @returns The options as `greenroom-sim` takes them.
std::string command_line_of(const simulation_options& options);

} // namespace greenroom::sim
