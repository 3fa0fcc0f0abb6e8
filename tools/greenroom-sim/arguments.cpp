#include "tools/greenroom-sim/arguments.hpp"

#include <charconv>
#include <functional>
#include <map>
#include <string_view>

namespace greenroom::sim {

const char* const help_text = R"(Usage: greenroom-sim [option...]
       greenroom-sim --replay FILE

Runs whole Greenrooms in one thread: production actors, simulated clients, faults,
virtual time. The same options bring the same run, byte for byte of its trace.

  --seed N           one run (default 1)
  --seeds A..B       a run for each seed
  --nodes N          nodes, joined by links (default 1)
  --rooms N          rooms (default 2; at least one a node)
  --participants N   people (default 8)
  --steps N          what people do, in all (default 200)
  --faults LIST      none, client (default), node, all, or names with commas between
                     them, each with its own permille if wanted: drop=40,slow
                       drop half_open delay slow clock session_death room_death
                       node_kill node_stall link_cut
  --phoenix          through the real dialect, as text (default: decoded commands)
  --shared           all nodes share the rooms (default: each has its own)
  --trace            print the run, one line an event
  --digest           print a digest of each run's trace
  --shrink           after a violation, look for a smaller run that has it too
  --keep-going       after a violation, go on with the next seed
  --replay FILE      go through what a server recorded of its rooms, as dumped by
                     `greenroom ctl room ID --dump FILE`: print each command, what the
                     room decides and who is in it, and compare with the recording
  --help             this text

Ends with 0 if every checker held and every replay decided as recorded, with 1 if one
did not, with 2 for bad options or an unreadable file.
)";

namespace {

template <class Number>
bool read(std::string_view text, Number& out, Number min) {
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  return error == std::errc{} && stop == end && out >= min;
}

bool read_seeds(std::string_view text, arguments& out) {
  const auto dots = text.find("..");
  return dots != text.npos && read<std::uint64_t>(text.substr(0, dots), out.first_seed, 0)
         && read(text.substr(dots + 2), out.last_seed, out.first_seed);
}

bool read_faults(std::string_view text, fault_plan& out) {
  const auto plan = fault_plan::parse(text);
  if (plan)
    out = *plan;
  return plan.has_value();
}

} // namespace

std::optional<arguments> parse_arguments(int count, char** values,
                                         std::string& fault_found) {
  arguments result;
  auto& run = result.run;
  const std::map<std::string_view, bool*> flags{
    {"--trace", &result.wants_trace},   {"--digest", &result.wants_digest},
    {"--shrink", &result.wants_shrink}, {"--keep-going", &result.keeps_going},
    {"--phoenix", &run.speaks_phoenix}, {"--shared", &run.shares_rooms},
    {"--help", &result.wants_help},
  };
  const std::map<std::string_view, std::function<bool(std::string_view)>> options{
    {"--seed",
     [&](auto text) {
       const bool is_number = read<std::uint64_t>(text, result.first_seed, 0);
       result.last_seed = result.first_seed;
       return is_number;
     }},
    {"--seeds", [&](auto text) { return read_seeds(text, result); }},
    {"--nodes", [&](auto text) { return read<std::size_t>(text, run.node_count, 1); }},
    {"--rooms", [&](auto text) { return read<std::size_t>(text, run.room_count, 1); }},
    {"--participants",
     [&](auto text) { return read<std::size_t>(text, run.participant_count, 1); }},
    {"--steps", [&](auto text) { return read<std::size_t>(text, run.step_count, 0); }},
    {"--replay",
     [&](auto text) {
       result.replayed_file = text;
       return !text.empty();
     }},
    {"--faults", [&](auto text) { return read_faults(text, run.faults); }},
  };
  for (int at = 1; at < count; ++at) {
    const std::string_view name{values[at]};
    if (const auto flag = flags.find(name); flag != flags.end()) {
      *flag->second = true;
      continue;
    }
    const auto option = options.find(name);
    if (option == options.end()) {
      fault_found = "unknown option '" + std::string{name} + "'";
      return std::nullopt;
    }
    if (++at == count) {
      fault_found = std::string{name} + " needs a value";
      return std::nullopt;
    }
    if (!option->second(values[at])) {
      fault_found = std::string{name} + " cannot be '" + values[at] + "'";
      return std::nullopt;
    }
  }
  return result;
}

} // namespace greenroom::sim
