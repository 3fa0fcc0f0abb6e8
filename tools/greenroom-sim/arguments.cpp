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
  --seeds A..B       a run for each of them
  --nodes N          nodes that share the rooms (default 1); N..M: by the seed
  --apart            nodes are linked, but each has rooms of its own
  --rooms N          rooms (default 2; at least one a node)
  --participants N   people (default 8)
  --steps N          what people do, in all (default 200)
  --faults LIST      none, client (default), node, all, or names with commas between
                     them, each with its own permille if wanted: drop=40,slow
                       drop half_open delay slow clock session_death room_death
                       node_kill node_stall link_cut node_drain
  --phoenix          through the real dialect, as text (default: decoded commands)
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

template <class Number>
bool read_range(std::string_view text, Number& first, Number& last, Number min) {
  const auto dots = text.find("..");
  return dots != text.npos && read(text.substr(0, dots), first, min)
         && read(text.substr(dots + 2), last, first);
}

template <class Number>
bool read_one(std::string_view text, Number& first, Number& last, Number min) {
  const bool is_number = read(text, first, min);
  last = first;
  return is_number;
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
    {"--phoenix", &run.speaks_phoenix}, {"--apart", &result.keeps_apart},
    {"--help", &result.wants_help},
  };
  const std::map<std::string_view, std::function<bool(std::string_view)>> options{
    {"--seed",
     [&](auto text) {
       return read_one<std::uint64_t>(text, result.first_seed, result.last_seed, 0);
     }},
    {"--seeds",
     [&](auto text) {
       auto& first = result.first_seed;
       auto& last = result.last_seed;
       return read_one<std::uint64_t>(text, first, last, 0)
              || read_range<std::uint64_t>(text, first, last, 0);
     }},
    {"--nodes",
     [&](auto text) {
       auto& least = result.node_count_min;
       auto& most = result.node_count_max;
       return read_one<std::size_t>(text, least, most, 1)
              || read_range<std::size_t>(text, least, most, 1);
     }},
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
    const std::string_view whole{values[at]};
    const auto name = whole.substr(0, whole.find('='));
    if (const auto flag = flags.find(whole); flag != flags.end()) {
      *flag->second = true;
      continue;
    }
    const auto option = options.find(name);
    if (option == options.end()) {
      fault_found = "unknown option '" + std::string{name} + "'";
      return std::nullopt;
    }
    const bool is_one_word = name.size() < whole.size();
    if (!is_one_word && ++at == count) {
      fault_found = std::string{name} + " needs a value";
      return std::nullopt;
    }
    const auto value = is_one_word ? whole.substr(name.size() + 1)
                                   : std::string_view{values[at]};
    if (!option->second(value)) {
      fault_found = std::string{name} + " cannot be '" + std::string{value} + "'";
      return std::nullopt;
    }
  }
  return result;
}

simulation_options run_of(const arguments& wanted, std::uint64_t seed) {
  auto run = wanted.run;
  run.seed = seed;
  const auto choices = wanted.node_count_max - wanted.node_count_min + 1;
  run.node_count = wanted.node_count_min + seed % choices;
  run.shares_rooms = run.node_count > 1 && !wanted.keeps_apart;
  return run;
}

} // namespace greenroom::sim
