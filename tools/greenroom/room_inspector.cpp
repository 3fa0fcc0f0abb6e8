#include "tools/greenroom/room_inspector.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <caf/scoped_actor.hpp>

#include "protocol/cluster/node_report.hpp"
#include "tools/greenroom/cluster.hpp"

namespace greenroom {

namespace {

/// Rooms answer at once, unless they or the way to them have much else to do.
constexpr std::chrono::seconds patience{5};

/// Rooms that are asked at a time, so that neither side waits for the other.
constexpr std::size_t rooms_at_a_time = 256;

[[noreturn]] void fail(const caf::error& why) {
  if (why == caf::sec::runtime_error && why.context().match_elements<std::string>())
    throw std::runtime_error{why.context().get_as<std::string>(0)};
  if (why == caf::sec::request_timeout)
    throw std::runtime_error{"there was no answer within "
                             + std::to_string(patience.count()) + " s"};
  throw std::runtime_error{"the room has just ended"};
}

std::string take_word(std::string& words) {
  const auto end = std::min(words.find(' '), words.size());
  auto word = words.substr(0, end);
  words.erase(0, end + 1);
  return word;
}

participant_id participant_of(const std::string& text) {
  const auto who = participant_id::parse(text);
  if (!who)
    throw std::runtime_error{'\'' + text + "' is no participant's id"};
  return *who;
}

} // namespace

template <class Answer, class Question>
Answer room_inspector::ask(Question question) {
  caf::scoped_actor self{system_};
  Answer result;
  self->request(directory_, patience, std::move(question))
    .receive([&](Answer& answer) { result = std::move(answer); },
             [](const caf::error& why) { fail(why); });
  return result;
}

std::string room_inspector::answer(const std::string& request) {
  auto rest = request;
  const auto verb = take_word(rest);
  if (request == "nodes")
    return ask<std::string>(report_nodes{});
  if (request == "rooms")
    return list();
  if (verb == "report")
    return report(rest);
  if (verb == "dump")
    return dump(rest);
  if (verb == "why")
    return why(rest);
  if (verb == "drain")
    return drain(rest);
  throw std::runtime_error{"unknown request '" + verb + "'"};
}

std::string room_inspector::drain(const std::string& node) {
  if (!nodes_)
    throw std::runtime_error{"this node is alone; SIGTERM stops it"};
  nodes_->request_drain(node);
  return {};
}

// -- rooms -----------------------------------------------------------------------

std::string room_inspector::list() {
  const auto names = ask<std::vector<std::string>>(list_rooms{});
  const auto until = std::chrono::steady_clock::now() + patience;
  caf::scoped_actor self{system_};
  std::vector<std::vector<std::string>> lines;
  using pending = decltype(self->request(directory_, patience, summarize_room{}));
  for (std::size_t first = 0; first < names.size(); first += rooms_at_a_time) {
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error{"the rooms are too many, or too busy, to answer in time"};
    const auto last = std::min(first + rooms_at_a_time, names.size());
    std::vector<pending> asked;
    for (auto at = first; at < last; ++at)
      asked.push_back(self->request(directory_, patience, summarize_room{{names[at]}}));
    for (auto at = first; at < last; ++at)
      asked[at - first].receive(
        [&](const room_summary& one) {
          lines.push_back({names[at], one.owner.empty() ? "-" : one.owner,
                           std::to_string(one.here) + '/' + std::to_string(one.all)});
        },
        [](const caf::error&) {}); // It has just ended.
  }
  return in_columns(lines);
}

std::string room_inspector::report(const std::string& room) {
  auto answer = ask<std::string>(report_room{{room}, {}, {}});
  if (answer.empty())
    if (const auto owner = ask<std::string>(locate_room{{room}}); !owner.empty())
      answer = ask<std::string>(report_room{{room}, owner, {}});
  if (answer.empty())
    throw std::runtime_error{"no such room: '" + room + "'"};
  return answer;
}

std::string room_inspector::dump(const std::string& room) {
  auto answer = ask<std::string>(dump_room{{room}});
  if (!answer.empty())
    return answer;
  const auto owner = ask<std::string>(locate_room{{room}});
  throw std::runtime_error{"this node owns no room '" + room + '\''
                           + (owner.empty() ? "" : "; node " + owner + " would know")};
}

std::string room_inspector::dump_all() {
  std::string dumps;
  for (const auto& name : ask<std::vector<std::string>>(list_rooms{}))
    dumps += ask<std::string>(dump_room{{name}});
  return dumps;
}

// -- participants ----------------------------------------------------------------

std::optional<reach_testimony> room_inspector::testimony(const reach_question& question,
                                                         const std::string& node) {
  const auto answer = ask<std::string>(
    testify_room{question.room, question.from, question.to, node, {}});
  if (answer.empty())
    return std::nullopt;
  auto result = decode_testimony(answer);
  if (!result)
    throw std::runtime_error{"node " + node + " is of another version"};
  return result;
}

std::string room_inspector::why(const std::string& words) {
  reach_question question;
  auto rest = words;
  question.from = participant_of(take_word(rest));
  question.to = participant_of(take_word(rest));
  question.room = {rest};
  std::vector<reach_testimony> all;
  if (auto own = testimony(question, {}))
    all.push_back(std::move(*own));
  const auto owner = ask<std::string>(locate_room{question.room});
  if (!owner.empty() && (all.empty() || all[0].node != owner))
    try {
      if (auto owners = testimony(question, owner))
        all.push_back(std::move(*owners));
    } catch (const std::exception& fault) {
      return explain_silence(owner, fault.what()) + '\n';
    }
  return explain(question, all) + '\n';
}

} // namespace greenroom
