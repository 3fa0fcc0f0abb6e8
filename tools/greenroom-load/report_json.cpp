// Figures for programs.
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "tools/greenroom-load/figures.hpp"

namespace greenroom::load {

namespace {

constexpr int decimals_max = 3;

using buffer = rapidjson::StringBuffer;
using writer = rapidjson::PrettyWriter<buffer>;

/// Spaces would make for names that are hard to use in programs.
std::string key_of(std::string_view name) {
  std::string result{name};
  for (auto& each : result)
    each = each == ' ' ? '_' : each;
  return result;
}

void put(writer& out, const char* key, double value) {
  out.Key(key);
  out.Double(value);
}

void put(writer& out, const char* key, std::uint64_t value) {
  out.Key(key);
  out.Uint64(value);
}

void put(writer& out, const char* key, const std::string& value) {
  out.Key(key);
  out.String(value.c_str());
}

void add_options(writer& out, const options& wanted) {
  put(out, "workload", std::string{name_of(wanted.what)});
  out.Key("urls");
  out.StartArray();
  for (const auto& each : wanted.urls)
    out.String(each.text.c_str());
  out.EndArray();
  put(out, "rooms", std::uint64_t{wanted.rooms});
  put(out, "room_size", std::uint64_t{wanted.room_size});
  put(out, "window", std::uint64_t{wanted.window});
  put(out, "rate", std::uint64_t{wanted.window > 0 ? 0 : wanted.rate});
}

void add_counts(writer& out, const figures& measured) {
  const auto& counts = measured.counts;
  put(out, "seconds", measured.seconds);
  put(out, "sent", counts.sent);
  put(out, "done", counts.done);
  put(out, "done_per_second", per(static_cast<double>(counts.done), measured.seconds));
  put(out, "unit", measured.unit);
  put(out, "joins", counts.joins);
  put(out, "resumes", counts.resumes);
  put(out, "turned_away", counts.turned_away);
  put(out, "excused", counts.excused);
  put(out, "merged", counts.merged);
  put(out, "last_news_after_last_join_ms",
      counts.last_news_ns > counts.last_done_ns
        ? static_cast<double>(counts.last_news_ns - counts.last_done_ns) / 1e6
        : 0.0);
  out.Key("violations");
  out.StartObject();
  for (const auto& [name, count] : counts.wrong.rows())
    put(out, key_of(name).c_str(), count);
  out.EndObject();
}

void add_latencies(writer& out, const tally& counts) {
  out.Key("latency_us");
  out.StartObject();
  for (std::size_t at = 0; at < series_count; ++at) {
    const auto& latencies = counts.latencies[at];
    if (latencies.count() == 0)
      continue;
    const auto us = [&](double percent) {
      return static_cast<double>(latencies.percentile(percent)) / 1000;
    };
    out.Key(std::string{series_names[at]}.c_str());
    out.StartObject();
    put(out, "count", latencies.count());
    put(out, "mean", latencies.mean() / 1000);
    put(out, "p50", us(50));
    put(out, "p90", us(90));
    put(out, "p99", us(99));
    put(out, "p99_9", us(99.9));
    put(out, "max", us(100));
    out.EndObject();
  }
  out.EndObject();
  put(out, "slice_p99_us", slice_p99_us(counts));
  put(out, "slice_p50_us", slice_p50_us(counts));
}

void add_costs(writer& out, const options& wanted, const figures& measured) {
  const auto done = static_cast<double>(measured.counts.done);
  if (measured.has_server) {
    out.Key("server");
    out.StartObject();
    put(out, "cpu_us", measured.server_cpu_us());
    put(out, "cpu_us_each", per(measured.server_cpu_us(), done));
    put(out, "cpu_percent",
        per(measured.server_cpu_us() / 1e4, measured.sampled_seconds()));
    put(out, "resident_bytes_empty",
        static_cast<std::uint64_t>(measured.before.resident_bytes));
    put(out, "resident_bytes_begin",
        static_cast<std::uint64_t>(measured.begin.resident_bytes));
    put(out, "resident_bytes_end",
        static_cast<std::uint64_t>(measured.end.resident_bytes));
    put(out, "resident_bytes_each",
        static_cast<double>(measured.end.resident_bytes - measured.before.resident_bytes)
          / wanted.rooms / wanted.room_size);
    out.EndObject();
  }
  out.Key("load");
  out.StartObject();
  put(out, "cpu_us_each", per(measured.load_cpu_us, done));
  put(out, "cpu_percent", per(measured.load_cpu_us / 1e4, measured.sampled_seconds()));
  out.EndObject();
}

void add_time_line(writer& out, const figures& measured) {
  out.Key("timeline");
  out.StartArray();
  for (const auto& line : time_line(measured)) {
    out.StartObject();
    put(out, "sent_per_second", line.sent);
    put(out, "done_per_second", line.done);
    put(out, "p50_us", line.p50_us);
    put(out, "p99_us", line.p99_us);
    if (line.cpu_percent)
      put(out, "cpu_percent", *line.cpu_percent);
    if (line.resident_bytes)
      put(out, "resident_bytes", *line.resident_bytes);
    out.EndObject();
  }
  out.EndArray();
}

} // namespace

std::string json_report(const options& wanted, const figures& measured) {
  buffer text;
  writer out{text};
  out.SetIndent(' ', 2);
  out.SetMaxDecimalPlaces(decimals_max);
  out.StartObject();
  add_options(out, wanted);
  put(out, "verdict", verdict_of(measured));
  put(out, "failure", measured.failure);
  add_counts(out, measured);
  add_latencies(out, measured.counts);
  add_costs(out, wanted, measured);
  add_time_line(out, measured);
  out.EndObject();
  return std::string{text.GetString(), text.GetSize()} + '\n';
}

} // namespace greenroom::load
