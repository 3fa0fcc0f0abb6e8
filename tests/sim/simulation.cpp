#include "tests/sim/simulation.hpp"

#include "tests/sim/checkers.hpp"
#include "tests/sim/workload.hpp"

namespace greenroom::sim {

outcome simulate(const simulation_options& options, trace& out) {
  world where{options, out};
  add_all_checkers(where.checkers(), where);
  workload work{where, options.faults};
  outcome result;
  const auto goes_on = [&] { return !where.checkers().found() && !where.is_stuck(); };
  for (; result.step_count < options.step_count && goes_on(); ++result.step_count)
    work.step();
  if (goes_on())
    work.calm();
  if (goes_on())
    work.end();
  result.found = where.checkers().found();
  if (!result.found && where.is_stuck())
    result.found = violation{"progress", "actors keep each other busy without end"};
  if (result.found)
    where.say([&] {
      return "violates " + result.found->checker + ": " + result.found->sentence;
    });
  result.event_count = where.event_count();
  result.push_count = where.history().push_count();
  result.virtual_ms = where.elapsed_ms();
  result.fault_counts = work.fault_counts();
  return result;
}

outcome simulate(const simulation_options& options) {
  trace silent;
  return simulate(options, silent);
}

std::uint64_t digest_of(const simulation_options& options) {
  line_digest digest;
  trace out{[&](std::string_view line) { digest.add(line); }};
  simulate(options, out);
  return digest.value();
}

std::string command_line_of(const simulation_options& options) {
  return "--seed " + std::to_string(options.seed) + " --nodes "
         + std::to_string(options.node_count) + " --rooms "
         + std::to_string(options.room_count) + " --participants "
         + std::to_string(options.participant_count) + " --steps "
         + std::to_string(options.step_count) + " --faults " + options.faults.to_string()
         + (options.speaks_phoenix ? " --phoenix" : "")
         + (options.node_count == 1 || options.shares_rooms ? "" : " --apart");
}

} // namespace greenroom::sim
