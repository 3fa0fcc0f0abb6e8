#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/sim/simulation.hpp"

namespace greenroom::sim {

struct arguments {
  simulation_options run; ///< But for the seed.
  std::uint64_t first_seed = 1, last_seed = 1;
  std::string replayed_file; ///< Empty: runs worlds.
  bool wants_trace = false;
  bool wants_digest = false;
  bool wants_shrink = false;
  bool keeps_going = false;
  bool wants_help = false;
};

extern const char* const help_text;

/// @param fault_found Says what is wrong, if anything is.
std::optional<arguments> parse_arguments(int count, char** values,
                                         std::string& fault_found);

} // namespace greenroom::sim
