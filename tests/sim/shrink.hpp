#pragma once

#include <functional>
#include <string>

#include "tests/sim/simulation.hpp"

namespace greenroom::sim {

/// Looks for a smaller run that fails by the same checker: fewer steps, faults,
/// nodes, rooms and participants. As what is left out changes what chance brings
/// to the rest, a few other seeds are tried as well.
/// @param failing  Violates `checker`.
/// @param progress Hears of each smaller run that was found.
simulation_options shrink(simulation_options failing, const std::string& checker,
                          const std::function<void(const simulation_options&)>& progress);

} // namespace greenroom::sim
