// The words of `greenroom-load --help`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace greenroom::load {

/// @returns A time as the command line takes it.
std::string time_text(std::int64_t ns);

/// @returns An option with what it does, broken into lines of 80 columns.
std::string help_lines(const std::string& option, std::string_view text);

/// @returns The whole text, around the lines of the options.
std::string help_frame(const std::string& lines);

} // namespace greenroom::load
