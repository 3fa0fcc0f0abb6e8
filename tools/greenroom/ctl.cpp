#include "tools/greenroom/ctl.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string_view>

#include "protocol/vocabulary/ids.hpp"
#include "tools/greenroom/control_socket.hpp"
#include "tools/greenroom/private_file.hpp"

namespace greenroom {

namespace {

constexpr const char* help_text = R"(Usage: greenroom ctl COMMAND --control-socket=PATH

Asks the server that was started with the same --control-socket, on this machine. It
asks other nodes of its cluster in turn where it does not know itself.

Commands:
  nodes           the nodes of the cluster, one a line: name; up, suspect (a member
                  that cannot be reached), draining or gone; address; whether it is
                  linked; and how many rooms it owns, of those that this node knows
  rooms           the rooms that this node knows, one a line: id; the node that owns
                  it, - if rooms are not shared; and its participants, those connected
                  to this node before those in the whole room
  room ID         how the room stands: who is in it, how far its log goes
  room ID --dump=FILE
                  writes down instead what the room went through lately, for
                  `greenroom-sim --replay FILE`. Of what people said, only sizes are in
                  it; ids, times and the rooms' names are. A new file, for you only;
                  - for standard output. Only the node that owns the room can
  why ID FROM TO  in one sentence, what keeps participant FROM of room ID from
                  reaching participant TO
  drain NODE      has that node hand its rooms and participants over to others, and stop,
                  as SIGTERM does; ends at once

Examples:
  greenroom ctl nodes --control-socket=/run/greenroom/control
  greenroom ctl rooms --control-socket=/run/greenroom/control | grep ' b '
  greenroom ctl room lobby --control-socket=/run/greenroom/control
  greenroom ctl why lobby 0b1d7a52-0dfc-4b7e-9c2c-6f1f0b1f5a01 \
      8a54c5a4-3f3e-4f5e-8f0e-2b7f6c1d9e02 --control-socket=/run/greenroom/control

Status: 0 if there was an answer, 1 if there is no such room or no server,
2 for what cannot be asked.
)";

struct command {
  std::string_view name;
  std::string_view operands; ///< What its help calls them.
  std::size_t operand_count;
};
constexpr std::array commands{command{"nodes", "", 0}, command{"rooms", "", 0},
                              command{"room", "ID", 1}, command{"why", "ID FROM TO", 3},
                              command{"drain", "NODE", 1}};

struct wish {
  std::vector<std::string> words;
  std::string socket, file;
};

/// @returns What is wrong, in one line.
std::optional<std::string> read_words(const wish& wanted) {
  if (wanted.words.empty())
    return "a command is needed, such as 'rooms'";
  const auto& name = wanted.words[0];
  const auto known = std::ranges::find(commands, name, &command::name);
  if (known == commands.end())
    return "unknown command '" + name + "'";
  if (wanted.words.size() != 1 + known->operand_count)
    return '\'' + name + "' takes "
           + (known->operands.empty() ? "no operand" : std::string{known->operands});
  if (!wanted.file.empty() && name != "room")
    return "--dump is of one room: greenroom ctl room ID --dump=FILE";
  if (name == "why")
    for (const auto* who : {&wanted.words[2], &wanted.words[3]})
      if (!participant_id::parse(*who))
        return '\'' + *who + "' is no participant's id";
  return std::nullopt;
}

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
  if (auto fault = read_words(into))
    return fault;
  if (into.socket.empty())
    return "--control-socket=PATH is needed, as the server was given it";
  return std::nullopt;
}

/// A room's id comes last, as it may hold spaces.
std::string request_of(const wish& wanted) {
  const auto& words = wanted.words;
  if (words[0] == "room")
    return (wanted.file.empty() ? "report " : "dump ") + words[1];
  if (words[0] == "why")
    return "why " + words[2] + ' ' + words[3] + ' ' + words[1];
  return words[0] == "drain" ? "drain " + words[1] : words[0];
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
