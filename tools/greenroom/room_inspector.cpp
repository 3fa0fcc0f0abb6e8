#include "tools/greenroom/room_inspector.hpp"

#include <chrono>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <caf/scoped_actor.hpp>

namespace greenroom {

namespace {

/// Rooms answer at once, unless they have much else to do.
constexpr std::chrono::seconds patience{5};

constexpr std::string_view dump_request = "dump ";
constexpr std::string_view report_request = "report ";

} // namespace

template <class Answer, class Question>
Answer room_inspector::ask(Question question) {
  caf::scoped_actor self{system_};
  Answer result;
  self->request(directory_, patience, std::move(question))
    .receive([&](Answer& answer) { result = std::move(answer); },
             [](const caf::error&) {
               throw std::runtime_error{"the room ended, or is too busy to answer"};
             });
  return result;
}

std::string room_inspector::answer(const std::string& request) {
  if (request == "rooms") {
    std::string lines;
    for (const auto& name : ask<std::vector<std::string>>(list_rooms{}))
      lines += name + '\n';
    return lines;
  }
  if (request.starts_with(dump_request))
    return ask_room<dump_room>(request.substr(dump_request.size()));
  if (request.starts_with(report_request))
    return ask_room<report_room>(request.substr(report_request.size()));
  throw std::runtime_error{"unknown request '" + request + "'"};
}

template <class Question>
std::string room_inspector::ask_room(const std::string& name) {
  auto answer = ask<std::string>(Question{{name}});
  if (answer.empty())
    throw std::runtime_error{"this node has no room '" + name + "'"};
  return answer;
}

std::string room_inspector::dump_all() {
  std::string dumps;
  for (const auto& name : ask<std::vector<std::string>>(list_rooms{}))
    dumps += ask<std::string>(dump_room{{name}});
  return dumps;
}

} // namespace greenroom
