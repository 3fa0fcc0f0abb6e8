// The architecture and the house rules, as tables that a program can check.
#pragma once

#include <algorithm>
#include <cstddef>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace greenroom::tidy {

struct finding {
  int line = 0; ///< Zero: the file as a whole.
  std::string because;
};

/// `forbidden` is matched against what follows `#include`, quotes or brackets
/// included, in files whose path matches `files`.
struct include_rule {
  std::regex files;
  std::regex forbidden;
  std::string because;

  include_rule(const char* in, const char* what, const char* why)
    : files(in), forbidden(what), because(why) {}
};

/// Standard headers are those without a slash or a dot.
inline const std::vector<include_rule>& include_rules() {
  static const std::vector<include_rule> rules{
    {"(?!tests/).*", R"("(?!(actors|net|protocol|tests|tools|web)/).*)",
     "project includes are written from the root"},

    {"protocol/.*", R"("(actors|net|tests|tools|web)/.*)",
     "values do not know who carries them"},
    {"protocol/(?!wire/).*", R"(<.*[/.].*>)",
     "values take the standard library and nothing else"},
    {"protocol/wire/.*", R"(<(?!rapidjson/).*[/.].*>)",
     "codecs take the standard library and RapidJSON, nothing else"},
    {"protocol/.*", R"(<(thread|mutex|shared_mutex|condition_variable|future|fstream)>)",
     "values wait for nobody and read no file"},
    {"protocol/(room|session)/.*", R"(<(chrono|ctime|random)>)",
     "a run is a function of its inputs: time and chance are arguments"},
    {"protocol/(?!wire/).*", R"("protocol/wire/.*)",
     "rules do not know in which language they were asked"},

    {"actors/.*", R"("(net|tests|tools|web)/.*)", "actors reach the world through ports"},
    {"actors/.*", R"("protocol/wire/.*)", "no byte reaches an actor"},
    {"actors/.*", R"(<(?!caf/).*[/.].*>)",
     "actors take the standard library and CAF, nothing else"},
    {"actors/.*", R"(<(thread|mutex|shared_mutex|condition_variable|future)>)",
     "actors do not block, nor start threads that a simulator cannot see"},

    {"net/.*", R"("(tests|tools|web)/.*)", "the network does not know its programs"},
    {"net/(?!gateway_actor|reactor).*", R"(<caf/.*|"actors/(interfaces|spawn)\.hpp")",
     "only the gateway and the reactor know CAF"},
    {"net/.*", R"("actors/(?!interfaces\.|ports\.|spawn\.).*)",
     "the network knows interfaces, not behaviors"},
    {"net/.*", R"(<rapidjson/.*)", "bytes become meaning in protocol/wire"},
    {"net/.*", R"(<(fmt|spdlog)/.*)", "only tools/ chooses where a log goes"},

    {"web/.*", R"("(?!net/asset\.hpp|web/).*)", "the page is data"},
    {"tools/(?!greenroom-sim/).*", R"("tests/.*)", "programs do not ship their tests"},
    {"tools/greenroom-load/.*", R"("(?!tools/greenroom-load/|tests/).*)",
     "who judges the server shares no mistake with it"},
  };
  return rules;
}

inline constexpr std::size_t column_count_max = 100;
inline constexpr int line_count_max = 500;

inline bool is_cpp(std::string_view path) {
  return path.ends_with(".cpp") || path.ends_with(".hpp");
}

/// Recorded or generated files, whose length says nothing about their taste.
inline bool is_recorded(std::string_view path) {
  return path.find("/corpus/") != path.npos || path.find("/golden/") != path.npos
         || path.ends_with("package-lock.json");
}

/// Counts code points, as an arrow in a comment takes one column.
inline std::size_t column_count(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(
    line, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

inline bool has_marker(const std::string& line) {
  // Written in halves, as this file is checked too.
  static const std::string markers[]{std::string{"TO"} + "DO", std::string{"FIX"} + "ME"};
  return std::ranges::any_of(
    markers, [&](const auto& marker) { return line.find(marker) != line.npos; });
}

inline bool names_machine(const std::string& line) {
  static const std::regex host{
    R"(registry\.(npmjs|yarnpkg|npmmirror)|(deb|security|snapshot)\.debian\.org|)"
    R"(archive\.ubuntu\.com|pypi\.org|crates\.io/|proxy\.golang)"};
  static const std::regex path{
    R"((^|[^A-Za-z0-9_.~}])/(home|root|work|Users)/[A-Za-z0-9_])"};
  // Cheap to rule out, and true of nearly every line.
  if (line.find('/') == line.npos && line.find('.') == line.npos)
    return false;
  return std::regex_search(line, host) || std::regex_search(line, path);
}

inline std::vector<finding> check_includes(const std::string& path,
                                           const std::vector<std::string>& lines) {
  static const std::regex include{R"(^\s*#\s*include\s*(<[^>]*>|"[^"]*").*)"};
  std::vector<const include_rule*> rules;
  for (const auto& rule : include_rules())
    if (std::regex_match(path, rule.files))
      rules.push_back(&rule);
  std::vector<finding> found;
  std::smatch match;
  for (int number = 1; const auto& line : lines) {
    if (line.find('#') != line.npos && std::regex_match(line, match, include))
      for (const auto* rule : rules)
        if (std::regex_match(match[1].str(), rule->forbidden))
          found.push_back({number, rule->because});
    ++number;
  }
  return found;
}

/// @param path  From the root of the tree.
/// @returns What is wrong with the file, in the order of the rules.
inline std::vector<finding> check(const std::string& path, const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);

  std::vector<finding> found;
  if (is_cpp(path))
    found = check_includes(path, lines);
  for (int number = 1; const auto& line : lines) {
    if (is_cpp(path) && column_count(line) > column_count_max)
      found.push_back({number, "more than 100 columns"});
    if (has_marker(line))
      found.push_back({number, "a promise in a comment: do it, or open an issue"});
    if (names_machine(line))
      found.push_back({number, "names a package registry or a path of one machine"});
    ++number;
  }
  if (path.ends_with(".hpp") && std::ranges::find(lines, "#pragma once") == lines.end())
    found.push_back({0, "a header without #pragma once"});
  if (!is_recorded(path) && lines.size() > line_count_max)
    found.push_back({0, "more than 500 lines: does it hold one thing?"});
  return found;
}

} // namespace greenroom::tidy
