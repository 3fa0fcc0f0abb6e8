#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <unistd.h>

#include "tests/sim/shrink.hpp"
#include "tests/sim/simulation.hpp"
#include "tools/greenroom-sim/arguments.hpp"
#include "tools/greenroom-sim/replay.hpp"

namespace greenroom::sim {

namespace {

constexpr std::size_t last_line_count = 40;
constexpr double report_pause_s = 10;

/// Ctrl-C: the run that goes on is the last, and the summary is printed.
volatile std::sig_atomic_t is_interrupted = 0;

void interrupt(int) {
  is_interrupted = 1;
}

/// What to say when an invariant stops the process in the middle of a run.
char last_words[512];

void say_last_words(int) {
  [[maybe_unused]] const auto size = write(STDERR_FILENO, last_words,
                                           std::strlen(last_words));
}

std::string replay_command(const simulation_options& run) {
  return "greenroom-sim " + command_line_of(run) + " --trace";
}

void print(std::string_view line) {
  std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
}

/// All runs together.
struct totals {
  std::uint64_t run_count = 0, violation_count = 0;
  std::uint64_t step_count = 0, event_count = 0, push_count = 0;
  std::int64_t virtual_ms = 0;
  std::array<std::size_t, fault_count> fault_counts{};
  double next_report_s = report_pause_s;
  std::chrono::steady_clock::time_point began_at = std::chrono::steady_clock::now();

  void add(const outcome& result) {
    ++run_count;
    violation_count += result.found.has_value();
    step_count += result.step_count;
    event_count += result.event_count;
    push_count += result.push_count;
    virtual_ms += result.virtual_ms;
    for (std::size_t at = 0; at < fault_count; ++at)
      fault_counts[at] += result.fault_counts[at];
  }

  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_at)
      .count();
  }

  void report_progress() {
    if (seconds() < next_report_s)
      return;
    next_report_s = seconds() + report_pause_s;
    std::fprintf(stderr, "%llu runs, %.0f a second, %llu violations\n",
                 static_cast<unsigned long long>(run_count),
                 static_cast<double>(run_count) / seconds(),
                 static_cast<unsigned long long>(violation_count));
  }

  void print_summary() const {
    const auto number = [](auto value) { return static_cast<unsigned long long>(value); };
    std::printf("%llu %s, %llu %s, %.1f s, %.0f runs a second\n", number(run_count),
                run_count == 1 ? "run" : "runs", number(violation_count),
                violation_count == 1 ? "violation" : "violations", seconds(),
                static_cast<double>(run_count) / seconds());
    std::printf("%llu steps, %llu events, %llu pushes, %.1f hours of virtual time\n",
                number(step_count), number(event_count), number(push_count),
                static_cast<double>(virtual_ms) / 3'600'000);
    std::printf("faults:");
    for (std::size_t at = 0; at < fault_count; ++at)
      if (fault_counts[at] > 0)
        std::printf(" %s %llu", std::string{to_string(static_cast<fault>(at))}.c_str(),
                    number(fault_counts[at]));
    std::printf("\n");
  }
};

/// Runs it once more for its last events: the run is a function of its options.
void explain(const simulation_options& run, const violation& found) {
  line_ring ring{last_line_count};
  trace out{[&](std::string_view line) { ring.add(line); }};
  simulate(run, out);
  std::printf("seed %llu violates %s: %s\n", static_cast<unsigned long long>(run.seed),
              found.checker.c_str(), found.sentence.c_str());
  std::printf("last events:\n");
  for (const auto& line : ring.lines())
    print("  " + line);
  print("replay: " + replay_command(run));
}

void print_smaller(const simulation_options& run, const violation& found) {
  const auto smallest = shrink(run, found.checker, [](const simulation_options& smaller) {
    std::fprintf(stderr, "smaller: %s\n", command_line_of(smaller).c_str());
  });
  const auto again = simulate(smallest);
  if (again.found)
    print("smallest: " + again.found->sentence);
  print("replay: " + replay_command(smallest));
}

outcome run_once(const simulation_options& run, const arguments& wanted) {
  std::snprintf(last_words, sizeof last_words, "an invariant broke in: %s\n",
                replay_command(run).c_str());
  line_digest digest;
  const bool is_told = wanted.wants_trace || wanted.wants_digest;
  trace out = is_told ? trace{[&](std::string_view line) {
    if (wanted.wants_trace)
      print(line);
    digest.add(line);
  }}
                      : trace{};
  const auto result = simulate(run, out);
  if (wanted.wants_digest)
    std::printf("%llu %016llx\n", static_cast<unsigned long long>(run.seed),
                static_cast<unsigned long long>(digest.value()));
  return result;
}

int run_all(const arguments& wanted) {
  totals sum;
  for (auto seed = wanted.first_seed; seed <= wanted.last_seed && !is_interrupted;
       ++seed) {
    const auto run = run_of(wanted, seed);
    const auto result = run_once(run, wanted);
    sum.add(result);
    sum.report_progress();
    if (!result.found)
      continue;
    explain(run, *result.found);
    if (wanted.wants_shrink)
      print_smaller(run, *result.found);
    if (!wanted.keeps_going)
      break;
  }
  if (!wanted.wants_digest && !wanted.wants_trace)
    sum.print_summary();
  return sum.violation_count == 0 ? 0 : 1;
}

} // namespace

} // namespace greenroom::sim

int main(int count, char** values) {
  using namespace greenroom::sim;
  std::string fault_found;
  const auto wanted = parse_arguments(count, values, fault_found);
  if (!wanted) {
    std::fprintf(stderr, "greenroom-sim: %s; see --help\n", fault_found.c_str());
    return 2;
  }
  if (wanted->wants_help) {
    std::fputs(help_text, stdout);
    return 0;
  }
  if (!wanted->replayed_file.empty())
    return replay(wanted->replayed_file);
  std::signal(SIGABRT, say_last_words);
  std::signal(SIGINT, interrupt);
  return run_all(*wanted);
}
