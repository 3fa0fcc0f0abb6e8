#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/sim/simulation.hpp"

namespace greenroom::sim {

struct arguments {
  simulation_options run; ///< But for the seed, and how many nodes.
  std::size_t node_count_min = 1, node_count_max = 1; ///< The seed says which.
  std::uint64_t first_seed = 1, last_seed = 1;
  std::string replayed_file; ///< Empty: runs worlds.
  bool wants_trace = false;
  bool wants_digest = false;
  bool wants_shrink = false;
  bool keeps_going = false;
  bool keeps_apart = false;
  bool wants_help = false;
};

extern const char* const help_text;

/// @returns The run of a seed.
simulation_options run_of(const arguments& wanted, std::uint64_t seed);

/// @param fault_found Says what is wrong, if anything is.
std::optional<arguments> parse_arguments(int count, char** values,
                                         std::string& fault_found);

} // namespace greenroom::sim
