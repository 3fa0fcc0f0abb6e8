#include "tools/greenroom-load/figures.hpp"

#include <algorithm>

namespace greenroom::load {

namespace {

constexpr std::size_t slices_per_second = ns_per_second / slice_ns;

void add_samples(const figures& measured, std::vector<second>& lines) {
  const auto& samples = measured.each_second;
  for (std::size_t at = 1; at < samples.size() && at <= lines.size(); ++at) {
    const auto& now = samples[at];
    const auto& before = samples[at - 1];
    lines[at - 1].cpu_percent = per(static_cast<double>(now.cpu_ns - before.cpu_ns) * 100,
                                    static_cast<double>(now.at_ns - before.at_ns));
    lines[at - 1].resident_bytes = static_cast<double>(now.resident_bytes);
  }
}

/// @returns The median of what each slice has as its percentile.
double over_slices(const tally& counts, double percent) {
  std::vector<std::int64_t> each;
  for (const auto& slice : counts.slices) {
    histogram latencies;
    latencies.add(slice.latencies);
    if (latencies.count() > 0)
      each.push_back(latencies.percentile(percent));
  }
  if (each.empty())
    return 0;
  const auto middle = each.begin() + static_cast<std::ptrdiff_t>(each.size() / 2);
  std::nth_element(each.begin(), middle, each.end());
  return static_cast<double>(*middle) / 1000;
}

} // namespace

std::vector<second> time_line(const figures& measured) {
  const auto& slices = measured.counts.slices;
  std::vector<second> result;
  for (std::size_t at = 0; at < slices.size(); at += slices_per_second) {
    const auto end = std::min(at + slices_per_second, slices.size());
    const auto seconds = static_cast<double>(end - at) / slices_per_second;
    histogram latencies;
    second line;
    for (auto each = at; each < end; ++each) {
      line.sent += static_cast<double>(slices[each].sent) / seconds;
      line.done += static_cast<double>(slices[each].done) / seconds;
      latencies.add(slices[each].latencies);
    }
    line.p50_us = static_cast<double>(latencies.percentile(50)) / 1000;
    line.p99_us = static_cast<double>(latencies.percentile(99)) / 1000;
    result.push_back(line);
  }
  if (measured.has_server)
    add_samples(measured, result);
  return result;
}

double slice_p99_us(const tally& counts) {
  return over_slices(counts, 99);
}

double slice_p50_us(const tally& counts) {
  return over_slices(counts, 50);
}

const char* verdict_of(const figures& measured) {
  if (measured.counts.wrong.total() > 0)
    return "wrong";
  return measured.failure.empty() ? "clean" : "unfinished";
}

} // namespace greenroom::load
