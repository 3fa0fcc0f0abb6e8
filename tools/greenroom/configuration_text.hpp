// How options and their values are shown to people.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include <caf/timespan.hpp>

namespace greenroom {

std::string to_text(std::integral auto number) {
  return std::to_string(number);
}
std::string to_text(const std::string& text);
std::string to_text(const std::vector<std::string>& list);
/// In the largest unit that divides it, as options take it: "90s", "2min".
std::string to_text(caf::timespan time);

/// @returns One option with what it does, broken into lines.
std::string help_lines(const std::string& option, std::string_view text);

/// @returns The whole help text around `options`.
std::string help_frame(const std::string& options);

} // namespace greenroom
