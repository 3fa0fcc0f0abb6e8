#include "tools/greenroom/configuration_text.hpp"

#include <algorithm>
#include <chrono>

namespace greenroom {

namespace {

constexpr std::size_t text_column = 31;
constexpr std::size_t column_count_max = 80;

} // namespace

std::string to_text(const std::string& text) {
  return text;
}

std::string to_text(const std::vector<std::string>& list) {
  std::string result;
  for (const auto& each : list)
    result += (result.empty() ? "" : ", ") + each;
  return result;
}

std::string to_text(caf::timespan time) {
  using namespace std::chrono;
  if (const auto us = duration_cast<microseconds>(time).count(); us % 1'000 != 0)
    return std::to_string(us) + "us";
  const auto ms = duration_cast<milliseconds>(time).count();
  if (ms != 0 && ms % 3'600'000 == 0)
    return std::to_string(ms / 3'600'000) + "h";
  if (ms != 0 && ms % 60'000 == 0)
    return std::to_string(ms / 60'000) + "min";
  if (ms % 1'000 == 0)
    return std::to_string(ms / 1'000) + "s";
  return std::to_string(ms) + "ms";
}

std::string help_lines(const std::string& option, std::string_view text) {
  std::string result = "  " + option;
  std::size_t column = result.size();
  const auto indent = [&] {
    if (column >= text_column) {
      result += '\n';
      column = 0;
    }
    result.append(text_column - column, ' ');
    column = text_column;
  };
  indent();
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (column > text_column && column + 1 + word.size() > column_count_max)
      indent();
    if (column > text_column) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  return result + '\n';
}

std::string help_frame(const std::string& options) {
  return R"(Greenroom serves rooms for WebRTC calls to Phoenix clients.

Usage: greenroom [--OPTION=VALUE]...
       greenroom ctl --help

Defaults stand in brackets. A TIME is a whole number with its unit: 200us, 500ms,
30s, 2min, 1h. The values of a LIST are separated by commas.
)" + options
         + R"(
  --help, --version            print this text, or the version, and exit

CAF's own options, such as scheduler.max-throughput, are taken as well.
SIGTERM or SIGINT stops the server in an orderly way; a second one, at once.
Exit status: 0 after an orderly stop, 1 if the server cannot run, 2 for a command
line or a configuration file that it does not understand.

Examples:
  greenroom
      serves this machine alone, at http://127.0.0.1:4000/
  greenroom --address=0.0.0.0 --port=8080 --capacity=12 --log.format=json
      serves everybody, in rooms of twelve, and logs for machines
  greenroom --config-file=greenroom.ini
      reads options from a file, in which what is before a dot becomes a section,
      text stands in double quotes, and a comment runs from ; to the line's end:
          port=8080 ; for everybody
          [ice]
          stun=["stun:example.org:3478"]
)";
}

} // namespace greenroom
