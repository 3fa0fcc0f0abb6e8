// Which lines about other nodes are news. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "protocol/vocabulary/ids.hpp"

namespace greenroom {

/// Admits a line once a minute, so that somebody who tries again and again does not
/// flood the log. Knows 256 lines; with as many others within that time it forgets all.
class repeated_lines {
public:
  static constexpr instant pause_ms = 60'000;
  static constexpr std::size_t line_count_max = 256;

  /// @param now In milliseconds, by a clock that does not go back.
  bool admit(const std::string& line, instant now) {
    const auto known = next_at_.find(line);
    if (known != next_at_.end() && now < known->second)
      return false;
    if (next_at_.size() >= line_count_max)
      next_at_.clear();
    next_at_[line] = now + pause_ms;
    return true;
  }

private:
  std::map<std::string, instant> next_at_;
};

} // namespace greenroom
