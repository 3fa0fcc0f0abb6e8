#include "tools/greenroom/spdlog_journal.hpp"

#include <cstddef>
#include <string>

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace greenroom {

namespace {

/// Lines that may wait; some megabytes.
constexpr std::size_t waiting_line_count_max = 8192;

spdlog::level::level_enum level_of(severity level) {
  switch (level) {
    case severity::debug: return spdlog::level::debug;
    case severity::info: return spdlog::level::info;
    case severity::warning: return spdlog::level::warn;
    case severity::error: break;
  }
  return spdlog::level::err;
}

std::unique_ptr<spdlog::formatter> formatter_for(journal_format format) {
  if (format == journal_format::text)
    return std::make_unique<spdlog::pattern_formatter>("%Y-%m-%d %H:%M:%S.%e %l %v",
                                                       spdlog::pattern_time_type::local);
  return std::make_unique<spdlog::pattern_formatter>(
    R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
    spdlog::pattern_time_type::utc);
}

} // namespace

struct spdlog_journal::sink {
  std::shared_ptr<spdlog::details::thread_pool> writer
    = std::make_shared<spdlog::details::thread_pool>(waiting_line_count_max, 1);
  std::shared_ptr<spdlog::async_logger> logger = std::make_shared<spdlog::async_logger>(
    "journal", std::make_shared<spdlog::sinks::stderr_sink_mt>(), writer,
    spdlog::async_overflow_policy::overrun_oldest);
};

spdlog_journal::spdlog_journal(severity least, journal_format format)
  : least_(least), format_(format), sink_(std::make_unique<sink>()) {
  sink_->logger->set_level(level_of(least));
  sink_->logger->set_formatter(formatter_for(format));
}

spdlog_journal::~spdlog_journal() {
  const auto dropped = sink_->writer->overrun_counter();
  if (dropped == 0)
    return;
  const auto detail = std::to_string(dropped) + " lines were not written in time";
  journal_entry line;
  line.level = severity::warning;
  line.event = "journal_dropped";
  line.detail = detail;
  write(line);
}

void spdlog_journal::write(const journal_entry& entry) {
  if (wants(entry.level))
    sink_->logger->log(level_of(entry.level), render(entry, format_));
}

} // namespace greenroom
