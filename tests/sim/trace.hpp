// What a run tells of itself: one readable line an event, the same for the same
// seed, byte for byte. No pointer, address or hash order ever stands in it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "protocol/vocabulary/ids.hpp"

namespace greenroom::sim {

class trace {
public:
  using sink = std::function<void(std::string_view line)>;

  /// Without a sink nothing is told, and nobody puts lines together.
  trace() = default;
  explicit trace(sink out) : out_(std::move(out)) {}

  explicit operator bool() const { return static_cast<bool>(out_); }

  void line(instant at_ms, std::string_view text);

private:
  sink out_;
};

/// Remembers the last lines.
class line_ring {
public:
  explicit line_ring(std::size_t count_max) : count_max_(count_max) {}

  void add(std::string_view line) {
    lines_.emplace_back(line);
    if (lines_.size() > count_max_)
      lines_.pop_front();
  }

  const std::deque<std::string>& lines() const { return lines_; }

private:
  std::size_t count_max_;
  std::deque<std::string> lines_;
};

/// FNV-1a over all lines: two runs with one digest were one run.
class line_digest {
public:
  void add(std::string_view line);
  std::uint64_t value() const { return value_; }

private:
  std::uint64_t value_ = 14695981039346656037u;
};

/// The first digits of an id, enough to follow it through a trace.
std::string short_name(const participant_id& who);

} // namespace greenroom::sim
