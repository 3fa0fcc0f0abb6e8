// Figures as a page for people: one file, which loads nothing.
#include <cmath>
#include <cstdio>

#include "tools/greenroom-load/figures.hpp"
#include "tools/greenroom-load/plot.hpp"

namespace greenroom::load {

namespace {

constexpr double mib = 1024 * 1024;
constexpr double us_per_ns = 1e-3;

constexpr const char* page_head = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>greenroom-load</title>
<style>
:root { --paper: #fff; --ink: #1d2433; --soft: #667085; --line: #e4e7ec; --card: #f8f9fb;
  --good: #067647; --bad: #b42318; --c0: #1570ef; --c1: #dc6803; --c2: #099250;
  --c3: #9e3cc9; --c4: #c11574; --c5: #4e5ba6; --c6: #667085; }
@media (prefers-color-scheme: dark) { :root { --paper: #12151c; --ink: #e6e9f0;
  --soft: #98a2b3; --line: #2a303c; --card: #1a1f29; --good: #47cd89; --bad: #f97066;
  --c0: #53b1fd; --c1: #fdb022; --c2: #32d583; --c3: #d6a2f0; --c4: #f670c7;
  --c5: #9ea5d1; --c6: #98a2b3; } }
body { background: var(--paper); color: var(--ink); margin: 2rem auto; max-width: 84rem;
  padding: 0 1.25rem; font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; }
p { color: var(--soft); margin: .25rem 0 1.25rem; }
.good { color: var(--good); } .bad { color: var(--bad); }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0 0 1.25rem; padding: 0; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  list-style: none; padding: .6rem .9rem; min-width: 8.5rem; }
.tiles b { display: block; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
.plots { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(34rem, 100%), 1fr)); }
figure { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  margin: 0; padding: .75rem .9rem .4rem; }
figcaption small, .tiles small, td.soft { color: var(--soft); }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 11px; }
text.y { text-anchor: end; dominant-baseline: middle; } text.x { text-anchor: middle; }
.grid { stroke: var(--line); fill: none; }
.curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
.key::before { content: ""; display: inline-block; width: .8em; height: .25em;
  margin: 0 .35em 0 1em; vertical-align: middle; background: currentColor; }
.key { font-size: .85rem; }
.c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); }
.c3 { stroke: var(--c3); } .c4 { stroke: var(--c4); } .c5 { stroke: var(--c5); }
.c6 { stroke: var(--c6); }
span.c0 { color: var(--c0); } span.c1 { color: var(--c1); } span.c2 { color: var(--c2); }
span.c3 { color: var(--c3); } span.c4 { color: var(--c4); } span.c5 { color: var(--c5); }
span.c6 { color: var(--c6); }
table { border-collapse: collapse; margin: 1.25rem 0; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .9rem .3rem 0; text-align: right; }
th:first-child, td:first-child { text-align: left; }
th { color: var(--soft); font-weight: 500; }
</style>
)";

std::string number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string tile(const std::string& value, const std::string& name) {
  return "<li><b>" + value + "</b><small>" + name + "</small></li>\n";
}

/// The series that the load is about, if anything of it came.
const histogram* main_latencies(const tally& counts) {
  for (const auto& each : counts.latencies)
    if (each.count() > 0)
      return &each;
  return nullptr;
}

std::string head(const options& wanted, const figures& measured) {
  const auto& wrong = measured.counts.wrong;
  std::string verdict = wrong.total() > 0 ? "<span class=bad>wrong:"
                        : measured.failure.empty()
                          ? "<span class=good>clean"
                          : "<span class=bad>ended early: " + escaped(measured.failure);
  for (const auto& [name, count] : wrong.rows())
    if (count > 0)
      verdict += ' ' + std::to_string(count) + ' ' + std::string{name};
  std::string urls;
  for (const auto& each : wanted.urls)
    urls += ' ' + escaped(each.text);
  return "<h1>" + std::string{name_of(wanted.what)} + ": " + verdict + "</span></h1>\n<p>"
         + std::to_string(wanted.rooms) + " rooms of " + std::to_string(wanted.room_size)
         + " on" + urls + ", "
         + (wanted.window > 0 ? "closed loop, window " + std::to_string(wanted.window)
                              : "open loop, " + std::to_string(wanted.rate) + "/s")
         + "</p>\n";
}

std::string tiles(const options& wanted, const figures& measured) {
  const auto& counts = measured.counts;
  const auto done = static_cast<double>(counts.done);
  std::string result = "<ul class=tiles>\n";
  if (done > 0)
    result += tile(short_number(per(done, measured.seconds)) + "/s",
                   std::string{measured.unit} + "s, " + short_number(done) + " in all");
  if (const auto* latencies = main_latencies(counts)) {
    const auto us = [&](double percent) {
      return short_time(static_cast<double>(latencies->percentile(percent)) * us_per_ns);
    };
    result += tile(us(50), "median latency") + tile(us(99), "99 % below")
              + tile(us(100), "greatest");
  }
  if (measured.has_server) {
    if (done > 0)
      result += tile(number("%.2f µs", measured.server_cpu_us() / done),
                     std::string{"server CPU for each "} + measured.unit);
    const auto people = static_cast<double>(wanted.rooms) * wanted.room_size;
    const auto grown = static_cast<double>(measured.end.resident_bytes
                                           - measured.before.resident_bytes);
    result += tile(number("%.2f KiB", grown / 1024 / people),
                   "server memory for each participant");
  }
  return result + "</ul>\n";
}

/// Percentiles on a scale on which each nine is as wide as the one before.
plot percentile_plot(const tally& counts) {
  plot result{
    .title = "Latency by percentile",
    .unit = "µs",
    .curves = {},
    .x_marks = {{0, "0"}, {1, "90 %"}, {2, "99 %"}, {3, "99.9 %"}, {4, "99.99 %"}},
    .x_label = "share of them that was faster",
    .is_logarithmic = true};
  constexpr int steps = 80;
  for (std::size_t at = 0; at < series_count; ++at) {
    const auto& latencies = counts.latencies[at];
    if (latencies.count() == 0)
      continue;
    auto& curve = result.curves.emplace_back();
    curve.name = series_names[at];
    for (int step = 0; step <= steps; ++step) {
      const auto nines = 4.0 * step / steps;
      const auto percent = 100 * (1 - std::pow(10, -nines));
      curve.points.emplace_back(nines, static_cast<double>(latencies.percentile(percent))
                                         * us_per_ns);
    }
  }
  return result;
}

plot throughput_plot(const tally& counts) {
  plot result{.title = "Throughput",
              .unit = "each second",
              .curves = {{"done", {}}, {"sent", {}}},
              .x_marks = {},
              .x_label = "seconds",
              .is_logarithmic = false};
  const auto seconds = static_cast<double>(slice_ns) / 1e9;
  for (std::size_t at = 0; at < counts.slices.size(); ++at) {
    const auto x = static_cast<double>(at) * seconds;
    result.curves[0].points.emplace_back(x, static_cast<double>(counts.slices[at].done)
                                              / seconds);
    result.curves[1].points.emplace_back(x, static_cast<double>(counts.slices[at].sent)
                                              / seconds);
  }
  return result;
}

plot latency_plot(const tally& counts) {
  plot result{.title = "Latency over time",
              .unit = "µs",
              .curves = {{"p50", {}}, {"p99", {}}},
              .x_marks = {},
              .x_label = "seconds",
              .is_logarithmic = true};
  for (std::size_t at = 0; at < counts.slices.size(); ++at) {
    histogram latencies;
    latencies.add(counts.slices[at].latencies);
    if (latencies.count() == 0)
      continue;
    const auto x = static_cast<double>(at) * static_cast<double>(slice_ns) / 1e9;
    for (const auto& [curve, percent] : {std::pair{0, 50.0}, std::pair{1, 99.0}})
      result.curves[static_cast<std::size_t>(curve)].points.emplace_back(
        x, static_cast<double>(latencies.percentile(percent)) * us_per_ns);
  }
  return result;
}

/// @param of What to draw of a sample and the one before.
template <class F>
plot server_plot(const figures& measured, std::string title, std::string unit, F of) {
  plot result{.title = std::move(title),
              .unit = std::move(unit),
              .curves = {{"server", {}}},
              .x_marks = {},
              .x_label = "seconds",
              .is_logarithmic = false};
  const auto& samples = measured.each_second;
  for (std::size_t at = 1; at < samples.size(); ++at)
    result.curves[0].points.emplace_back(
      static_cast<double>(samples[at].at_ns - measured.begin.at_ns) / 1e9,
      of(samples[at], samples[at - 1]));
  return result;
}

std::string plots(const figures& measured) {
  std::string result = "<div class=plots>\n";
  if (main_latencies(measured.counts) != nullptr)
    result += draw(percentile_plot(measured.counts));
  if (measured.counts.slices.size() > 1)
    result += draw(throughput_plot(measured.counts))
              + draw(latency_plot(measured.counts));
  if (measured.each_second.size() > 2 && measured.has_server) {
    result += draw(server_plot(measured, "Memory of the server", "MiB",
                               [](const sample& now, const sample&) {
                                 return static_cast<double>(now.resident_bytes) / mib;
                               }));
    result += draw(server_plot(measured, "CPU of the server", "% of one",
                               [](const sample& now, const sample& then) {
                                 return per(static_cast<double>(now.cpu_ns - then.cpu_ns)
                                              * 100,
                                            static_cast<double>(now.at_ns - then.at_ns));
                               }));
  }
  return result + "</div>\n";
}

std::string table(const tally& counts) {
  std::string result = "<table><tr><th>latency, µs<th>p50<th>p90<th>p99<th>p99.9"
                       "<th>greatest<th>count</tr>\n";
  for (std::size_t at = 0; at < series_count; ++at) {
    const auto& latencies = counts.latencies[at];
    if (latencies.count() == 0)
      continue;
    result += "<tr><td>" + std::string{series_names[at]};
    for (const auto percent : {50.0, 90.0, 99.0, 99.9, 100.0})
      result += "<td>"
                + number("%.0f",
                         static_cast<double>(latencies.percentile(percent)) * us_per_ns);
    result += "<td>" + std::to_string(latencies.count()) + "</tr>\n";
  }
  return result
         + "</table>\n<p>Latencies count from the moment at which each was due. "
           "Percentiles are at most 0.8 % too high.</p>\n";
}

} // namespace

std::string html_report(const options& wanted, const figures& measured) {
  return page_head + head(wanted, measured) + tiles(wanted, measured) + plots(measured)
         + table(measured.counts) + "</html>\n";
}

} // namespace greenroom::load
