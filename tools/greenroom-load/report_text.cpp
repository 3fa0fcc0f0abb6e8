// Figures for a terminal.
#include <cinttypes>
#include <cstdarg>
#include <cstdio>

#include "tools/greenroom-load/figures.hpp"

namespace greenroom::load {

namespace {

constexpr double kib = 1024;

[[gnu::format(printf, 2, 3)]] void print(std::string& out, const char* format, ...) {
  char line[256];
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  out += line;
}

void add_counts(std::string& out, const options& wanted, const figures& measured) {
  const auto& counts = measured.counts;
  const auto name = std::string{name_of(wanted.what)};
  print(out, "%s: %u rooms of %u, %s\n\n", name.c_str(), wanted.rooms, wanted.room_size,
        wanted.window > 0 ? "closed loop" : "open loop");
  const auto row = [&](const char* what, std::uint64_t count) {
    if (count > 0)
      print(out, "  %-24s %12" PRIu64 "\n", what, count);
  };
  row("sent", counts.sent);
  row(measured.counts.joins == counts.done ? "joined" : "delivered", counts.done);
  if (counts.joins != counts.done)
    row("joined meanwhile", counts.joins);
  row("resumed", counts.resumes);
  row("rightly turned away", counts.turned_away);
  row("to who had left", counts.excused);
  row("merged media updates", counts.merged);
  if (counts.done > 0)
    print(out, "  %-24s %12.0f /s\n", "rate",
          per(static_cast<double>(counts.done), measured.seconds));
}

void add_latencies(std::string& out, const tally& counts) {
  bool has_head = false;
  for (std::size_t at = 0; at < series_count; ++at) {
    const auto& latencies = counts.latencies[at];
    if (latencies.count() == 0)
      continue;
    if (!std::exchange(has_head, true))
      print(out, "\n  %-14s %9s %9s %9s %9s %9s %9s\n", "latency, us", "p50", "p90",
            "p99", "p99.9", "greatest", "count");
    const auto us = [&](double percent) {
      return static_cast<double>(latencies.percentile(percent)) / 1000;
    };
    print(out, "  %-14s %9.0f %9.0f %9.0f %9.0f %9.0f %9" PRIu64 "\n",
          std::string{series_names[at]}.c_str(), us(50), us(90), us(99), us(99.9),
          us(100), latencies.count());
  }
  if (has_head && counts.slices.size() > 1)
    print(out, "  median of the p99 of each tenth of a second: %.0f\n",
          slice_p99_us(counts));
}

void add_costs(std::string& out, const options& wanted, const figures& measured) {
  const auto done = static_cast<double>(measured.counts.done);
  out += '\n';
  if (measured.has_server) {
    const auto cpu_us = measured.server_cpu_us();
    print(out, "  server CPU   %8.1f %% of one",
          per(cpu_us / 1e4, measured.sampled_seconds()));
    if (done > 0)
      print(out, ", %.2f us for each %s", cpu_us / done, measured.unit);
    const auto joined = static_cast<double>(wanted.rooms) * wanted.room_size;
    const auto grown = static_cast<double>(measured.end.resident_bytes
                                           - measured.before.resident_bytes);
    print(out, "\n  server memory %7.1f MiB, %.2f KiB for each participant\n",
          static_cast<double>(measured.end.resident_bytes) / (kib * kib),
          grown / kib / joined);
  }
  print(out, "  this program %8.1f %% of one CPU",
        per(measured.load_cpu_us / 1e4, measured.sampled_seconds()));
  if (done > 0)
    print(out, ", %.2f us for each %s", measured.load_cpu_us / done, measured.unit);
  out += '\n';
}

void add_time_line(std::string& out, const figures& measured) {
  print(out, "\n  %6s %10s %10s %9s %9s %7s %9s\n", "second", "sent/s", "done/s",
        "p50 us", "p99 us", "CPU %", "MiB");
  for (int number = 1; const auto& line : time_line(measured)) {
    print(out, "  %6d %10.0f %10.0f %9.0f %9.0f", number++, line.sent, line.done,
          line.p50_us, line.p99_us);
    if (line.cpu_percent)
      print(out, " %7.0f %9.1f", *line.cpu_percent, *line.resident_bytes / (kib * kib));
    out += '\n';
  }
}

void add_verdict(std::string& out, const figures& measured) {
  const auto& wrong = measured.counts.wrong;
  out += "\n  verdict: ";
  if (wrong.total() == 0) {
    out += measured.failure.empty() ? "clean\n" : "nothing wrong until it ended early\n";
    return;
  }
  out += "WRONG";
  const char* separator = ": ";
  for (const auto& [name, count] : wrong.rows())
    if (count > 0)
      print(out, "%s%" PRIu64 " %s", std::exchange(separator, ", "), count,
            std::string{name}.c_str());
  out += '\n';
}

} // namespace

std::string text_report(const options& wanted, const figures& measured) {
  std::string result;
  add_counts(result, wanted, measured);
  add_latencies(result, measured.counts);
  add_costs(result, wanted, measured);
  if (wanted.shows_timeline)
    add_time_line(result, measured);
  add_verdict(result, measured);
  return result;
}

} // namespace greenroom::load
