#include "tools/greenroom-load/options_text.hpp"

#include "tools/greenroom-load/clock.hpp"

namespace greenroom::load {

namespace {

constexpr std::size_t text_column = 28;
constexpr std::size_t column_count_max = 80;

} // namespace

std::string time_text(std::int64_t ns) {
  if (ns % ns_per_second == 0)
    return std::to_string(ns / ns_per_second) + "s";
  return std::to_string(ns / ns_per_ms) + "ms";
}

std::string help_lines(const std::string& option, std::string_view text) {
  std::string result;
  std::string line = "  " + option;
  const auto begin_line = [&] {
    if (line.size() >= text_column) {
      result += line + '\n';
      line.clear();
    }
    line.append(text_column - line.size(), ' ');
  };
  begin_line();
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (line.size() > text_column && line.size() + 1 + word.size() > column_count_max)
      begin_line();
    if (line.size() > text_column)
      line += ' ';
    line += word;
  }
  return result + line + '\n';
}

std::string help_frame(const std::string& lines) {
  return R"(Loads a room server that speaks Phoenix Channels, and checks what comes of it.

Usage: greenroom-load [--OPTION=VALUE]...

Defaults stand in brackets. A TIME is a whole number with its unit: 500ms, 30s,
2min. The values of a LIST are separated by commas.

Workloads:
  signal      offers and ICE candidates to random others of the same room
  chat        texts to everybody in the room
  media       changes of the media state, to everybody
  join        all connect, then join: at a rate, or a window of them at a time
  idle        all join and stay quiet; with --pid, what a connection costs
  churn       people join, negotiate with all who are there, and leave; one in
              ten without a word
  reconnect   signals at the rate, while connections break and resume
  mixed       signals, chat and media at the rate, and a little churn
)" + lines
         + R"(
  --help, --version         print this text, or the version, and exit

Latencies count from the moment at which a message was due, so a server that
stalls cannot hide what it delays. Percentiles are at most 0.8 % too high.

What is checked: that each message arrives once, in order, unchanged, at whom it
was meant for; that rooms hold no more than they may; that everybody sees those
who are there (else they are `unseen`) and nobody else (`ghosts`).

Exit status: 0 if all is as it must be; 1 if not; 2 for a command line that is not
understood; 3 if the server cannot be reached, or dies. Ctrl-C ends the load, and
reports.

Examples:
  greenroom-load --rate=10000 --pid=$(pidof greenroom)
      300 participants in 50 rooms, 10,000 signals a second for 10 s
  greenroom-load --workload=chat --window=1 --html=chat.html
      as much chat as the server can take, and a page with plots
  greenroom-load --workload=join --rooms=1000 --window=64 --overbook=1
      6,000 people join, 64 at a time, and a thousand more who must not get in
  greenroom-load --workload=idle --rooms=1667 --duration=30s --pid=$(pidof greenroom)
      what 10,002 quiet connections cost
  greenroom-load --url=ws://10.0.0.1:4000,ws://10.0.0.2:4000 --workload=mixed
      the rooms of a cluster, each with members on both nodes
)";
}

} // namespace greenroom::load
