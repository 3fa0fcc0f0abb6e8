// How many lines one connection may write to the log. Pure.
#pragma once

#include <cstdint>
#include <utility>

#include "protocol/vocabulary/ids.hpp"
#include "protocol/vocabulary/limits.hpp"

namespace greenroom::net {

/// Admits `limits::refusal_lines_per_second_max` lines in each second, and counts those
/// beyond. A second begins with the first line after the former one is over.
class line_quota {
public:
  bool admit(instant now) {
    if (is_over(now)) {
      since_ = now;
      admitted_ = 0;
    }
    if (admitted_ < limits::refusal_lines_per_second_max) {
      ++admitted_;
      return true;
    }
    ++left_out_;
    return false;
  }

  bool has_left_out() const { return left_out_ > 0; }

  /// @returns Whether it is time to say how many lines were left out.
  bool owes_count(instant now) const { return left_out_ > 0 && is_over(now); }

  /// @returns How many lines were left out since this was last asked.
  std::uint64_t take_left_out() { return std::exchange(left_out_, 0); }

private:
  bool is_over(instant now) const { return now - since_ >= 1'000; }

  instant since_ = 0;
  std::uint32_t admitted_ = 0;
  std::uint64_t left_out_ = 0;
};

} // namespace greenroom::net
