#include "tools/greenroom/ctl.hpp"

#include <cstdio>
#include <optional>
#include <string_view>

#include "tools/greenroom/control_socket.hpp"
#include "tools/greenroom/private_file.hpp"

namespace greenroom {

namespace {

constexpr const char* help_text = R"(Usage: greenroom ctl rooms --control-socket=PATH
       greenroom ctl room ID [--dump=FILE] --control-socket=PATH

Asks the server that was started with the same --control-socket.

  rooms           lists the rooms, one a line
  room ID         tells how the room stands: who is in it, how far its log goes
  --dump=FILE     writes down what the room went through lately instead, for
                  `greenroom-sim --replay FILE`. Of what people said, only sizes are in
                  it; ids, times and the rooms' names are. A new file, for you only;
                  - for standard output
)";

struct wish {
  std::vector<std::string> words;
  std::string socket, file;
};

/// @returns What is wrong, in one line.
std::optional<std::string> read(const std::vector<std::string>& arguments, wish& into) {
  for (auto at = arguments.begin(); at != arguments.end(); ++at) {
    if (!at->starts_with("--")) {
      into.words.push_back(*at);
      continue;
    }
    const auto name = at->substr(0, at->find('='));
    auto* target = name == "--dump"             ? &into.file
                   : name == "--control-socket" ? &into.socket
                                                : nullptr;
    if (!target)
      return "unknown option '" + name + "'";
    if (name.size() < at->size())
      *target = at->substr(name.size() + 1);
    else if (at + 1 != arguments.end())
      *target = *++at;
    if (target->empty())
      return name + " needs a value";
  }
  const bool is_rooms = into.words == std::vector<std::string>{"rooms"};
  const bool is_room = into.words.size() == 2 && into.words[0] == "room";
  if (!is_rooms && !is_room)
    return "ask for 'rooms', or for 'room' and its id";
  if (into.socket.empty())
    return "--control-socket=PATH is needed, as the server was given it";
  return std::nullopt;
}

std::string request_of(const wish& wanted) {
  if (wanted.words.size() == 1)
    return wanted.words[0];
  return (wanted.file.empty() ? "report " : "dump ") + wanted.words[1];
}

} // namespace

int control(const std::vector<std::string>& arguments) {
  for (const auto& each : arguments)
    if (each == "--help" || each == "-h")
      return std::fputs(help_text, stdout) < 0;
  wish wanted;
  if (const auto fault = read(arguments, wanted)) {
    std::fprintf(stderr, "greenroom ctl: %s; see greenroom ctl --help\n", fault->c_str());
    return 2;
  }
  const auto answer = ask_server(wanted.socket, request_of(wanted));
  if (!wanted.file.empty() && wanted.file != "-")
    write_private_file(wanted.file, answer);
  else
    std::fwrite(answer.data(), 1, answer.size(), stdout);
  return 0;
}

} // namespace greenroom
