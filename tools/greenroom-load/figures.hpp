// What a run has measured, for every report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/greenroom-load/options.hpp"
#include "tools/greenroom-load/sampler.hpp"
#include "tools/greenroom-load/tally.hpp"

namespace greenroom::load {

struct figures {
  tally counts;
  std::string failure;     ///< Why the run ended early; empty: it did not.
  double seconds = 0;      ///< From the beginning of the load to the last that came.
  double load_cpu_us = 0;  ///< Of this program, meanwhile.
  bool has_server = false; ///< There was something to sample.
  sample before;           ///< Nobody was connected.
  sample begin, end;       ///< Of the load.
  std::vector<sample> each_second;

  /// What the load is counted in: "message", or "join".
  const char* unit = "message";

  double server_cpu_us() const {
    return static_cast<double>(end.cpu_ns - begin.cpu_ns) / 1000;
  }
  double sampled_seconds() const {
    return static_cast<double>(end.at_ns - begin.at_ns) / 1e9;
  }
};

/// A line of the time line.
struct second {
  double sent = 0, done = 0; ///< Each second.
  double p50_us = 0, p99_us = 0;
  std::optional<double> cpu_percent; ///< Of one CPU.
  std::optional<double> resident_bytes;
};

std::vector<second> time_line(const figures& measured);

/// The median over tenths of a second of each one's 99th percentile: what a
/// disturbance of the machine cannot spoil. In microseconds.
double slice_p99_us(const tally& counts);

/// Likewise, of each one's median.
double slice_p50_us(const tally& counts);

/// @returns What the verdict is, in a word: clean, wrong or unfinished.
const char* verdict_of(const figures& measured);

inline double per(double amount, double count) {
  return count > 0 ? amount / count : 0;
}

// -- reports --------------------------------------------------------------------

std::string text_report(const options& wanted, const figures& measured);
std::string json_report(const options& wanted, const figures& measured);
std::string html_report(const options& wanted, const figures& measured);

} // namespace greenroom::load
