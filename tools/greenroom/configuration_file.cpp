// How the configuration file is read, and what is said when CAF's parser says little.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <caf/message.hpp>
#include <caf/settings.hpp>

#include "tools/greenroom/configuration.hpp"

namespace greenroom {

namespace {

/// Put behind the file's text. CAF is content with a file that ends within a value, and
/// forgets that value; but in a value this is a mistake.
constexpr std::string_view end_mark = "\n[global]\n";

/// Where the parser stopped; lines and columns count from one.
struct file_place {
  std::int64_t line = 0;
  std::int64_t column = 0;
};

/// One line of a file, as it was written.
struct written_setting {
  std::string section; ///< Empty before the first one.
  std::string key;     ///< Empty if the line is no setting.
  std::string value;
  std::int64_t value_column = 0;
};

file_place place_of(const caf::error& fault) {
  if (!fault.context().match_elements<caf::settings>())
    return {};
  const auto& place = fault.context().get_as<caf::settings>(0);
  return {caf::get_or(place, "line", std::int64_t{0}),
          caf::get_or(place, "column", std::int64_t{0})};
}

std::string trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  const auto from = text.find_first_not_of(blank);
  if (from == text.npos)
    return {};
  return std::string{text.substr(from, text.find_last_not_of(blank) - from + 1)};
}

written_setting setting_at(std::string_view text, std::int64_t line) {
  written_setting result;
  for (std::int64_t number = 1; number <= line && !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto written = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto content = trim(written);
    if (content.starts_with('[') && content.ends_with(']'))
      result.section = trim(std::string_view{content}.substr(1, content.size() - 2));
    const auto sign = written.find('=');
    if (number != line || sign == written.npos)
      continue;
    result.key = trim(written.substr(0, sign));
    result.value = trim(written.substr(sign + 1));
    result.value_column = static_cast<std::int64_t>(sign) + 2;
  }
  return result;
}

/// Whether the parser notices only at the next line that something lacks.
bool is_unfinished(const written_setting& setting) {
  const auto& value = setting.value;
  const bool is_open = value.starts_with('"')
                       && (value.size() == 1 || !value.ends_with('"'));
  return !setting.key.empty() && (value.empty() || is_open);
}

/// @returns The setting that the parser did not take, if that can be told.
written_setting fault_at(std::string_view text, const file_place& place) {
  auto here = setting_at(text, place.line);
  auto before = setting_at(text, place.line - 1);
  if (place.column <= 1 && is_unfinished(before))
    return before;
  const bool is_dotted = here.key.find('.') != here.key.npos;
  if (place.column < here.value_column && !is_dotted)
    here.key.clear();
  return here;
}

} // namespace

std::optional<std::string> configuration::read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::error_code error;
  if (!file || !std::filesystem::is_regular_file(path, error))
    return "cannot read the configuration file '" + path + "'";
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  std::stringstream source;
  source << text << end_mark;
  // Types are checked below: CAF keeps quiet about what does not fit an option.
  const auto parsed = parse_config(source);
  if (!parsed)
    return path + what_is_wrong(text, parsed.error());
  if (auto fault = read_section(*parsed, "global"))
    return path + ": " + *fault;
  return std::nullopt;
}

/// CAF's parser stops at what it does not take for a value, and says only where.
std::string configuration::what_is_wrong(const std::string& text,
                                         const caf::error& fault) const {
  const auto place = place_of(fault);
  const auto where = ':' + std::to_string(place.line) + ':'
                     + std::to_string(place.column);
  const auto [section, key, value, column] = fault_at(text, place);
  if (const auto dot = key.find('.'); section.empty() && dot != key.npos && find(key))
    return where + ": write " + key.substr(dot + 1) + '=' + value + " below a line ["
           + key.substr(0, dot) + ']';
  if (key.empty() && place.line > std::ranges::count(text, '\n'))
    return ": ends within a value";
  if (key.empty())
    return where + ": not in the form that greenroom --help shows";
  const auto name = section.empty() || section == "global" ? key : section + '.' + key;
  if (!find(name))
    return where + ": unknown option '" + name + '\'';
  return where + ": " + must_be(name, '\'' + value + '\'') + form_in_file(name);
}

/// @returns How a value of the option is written there, if not as on a command line.
std::string configuration::form_in_file(const std::string& name) const {
  const auto found = std::ranges::find(entries_, name, &entry::name);
  if (found == entries_.end() || found->value == "NUMBER" || found->value == "TIME")
    return {};
  return found->value == "LIST" ? "; a list is written [\"A\", \"B\"]"
                                : "; text stands in double quotes";
}

std::optional<std::string> configuration::read_section(const caf::settings& section,
                                                       const std::string& category) {
  for (const auto& [key, value] : section) {
    const auto name = category == "global" ? key : category + '.' + key;
    if (const auto* inner = caf::get_if<caf::settings>(&value)) {
      if (auto fault = read_section(*inner, name))
        return fault;
      continue;
    }
    const auto* option = find(name);
    if (option == nullptr)
      return "unknown option '" + name + "'";
    if (name == "config-file")
      return name + " belongs on the command line";
    const bool fits = !option->check(value);
    if (fits) {
      option->store(value);
      put(*option, value);
    }
    if (!fits || !is_good(name))
      return must_be(name, caf::to_string(value));
  }
  return std::nullopt;
}

} // namespace greenroom
