#include "tools/greenroom-sim/replay.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

#include "protocol/room/flight_reader.hpp"
#include "protocol/room/flight_recorder.hpp"
#include "tests/sim/trace.hpp"

namespace greenroom::sim {

namespace {

// -- decisions, for people ----------------------------------------------------

struct event_text {
  std::string operator()(const signal_delivered& event) const {
    return "signal from " + short_name(event.from);
  }
  std::string operator()(const media_updated& event) const {
    return "media of " + short_name(event.from);
  }
  std::string operator()(const chat_said& event) const {
    return "chat of " + short_name(event.from);
  }
  std::string operator()(const presence_changed& event) const {
    std::string text = "presence";
    for (const auto& one : event.joins)
      text += " +" + short_name(one.who);
    for (const auto& one : event.leaves)
      text += " -" + short_name(one.who);
    return text;
  }
};

struct word_text {
  std::string operator()(const shared_event& event) const {
    return "event " + std::to_string(event->seq) + ", "
           + std::visit(event_text{}, event->what);
  }
  std::string operator()(const std::shared_ptr<const admission>& seat) const {
    return (seat->resumed ? "resumed as " : "let in as ") + short_name(seat->self)
           + ", missed " + std::to_string(seat->missed.size());
  }
  std::string operator()(const join_refused& answer) const {
    return "refused, " + std::string{code_of(answer.why)};
  }
  std::string operator()(const push_answered& answer) const {
    return "answer " + (answer.why ? std::string{code_of(*answer.why)} : "ok");
  }
  std::string operator()(const room_left&) const { return "has left"; }
  std::string operator()(const session_ended&) const { return "ended"; }
  std::string operator()(const credit_returned& credit) const {
    return "credit for " + std::to_string(credit.count);
  }
};

std::string audience_of(const effect& one) {
  switch (one.to) {
    case audience::sender: return "sender";
    case audience::everyone: return "everyone";
    case audience::others: return "all but " + short_name(one.who);
    case audience::one: return short_name(one.who);
    case audience::former: return "former session of " + short_name(one.who);
  }
  return {};
}

std::string roster_text(const room_state& room) {
  std::string text = "  roster " + std::to_string(room.seats.size()) + " of "
                     + std::to_string(room.limits.capacity) + ":";
  for (const auto& one : room.seats)
    text += " " + short_name(one.shown.who) + (one.suspended_until ? " (suspended)" : "");
  return text;
}

// -- steps --------------------------------------------------------------------

void print(const std::string& line) {
  std::printf("%s\n", line.c_str());
}

/// @returns How many steps were decided otherwise than recorded.
std::size_t go_through(const flight& recorded) {
  auto room = recorded.start;
  print("room " + room.id.value + ", " + std::to_string(recorded.steps.size())
        + " commands");
  print(roster_text(room));
  std::size_t differing_count = 0;
  for (const auto& step : recorded.steps) {
    print(step.line.substr(0, step.line.rfind(' ')));
    const auto decided = take_step(room, step);
    for (const auto& one : decided)
      print("  to " + audience_of(one) + ": " + std::visit(word_text{}, one.what));
    print(roster_text(room));
    if (digest_of(decided) == step.digest)
      continue;
    ++differing_count;
    print("  DIFFERS from what was decided when it was recorded");
  }
  return differing_count;
}

} // namespace

int replay(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  std::string fault = "cannot be read";
  if (in)
    text << in.rdbuf();
  const auto flights = in ? read_flights(text.str(), fault) : std::nullopt;
  if (!flights) {
    std::fprintf(stderr, "greenroom-sim: %s: %s\n", file.c_str(), fault.c_str());
    return 2;
  }
  std::size_t step_count = 0, differing_count = 0;
  for (const auto& recorded : *flights) {
    differing_count += go_through(recorded);
    step_count += recorded.steps.size();
  }
  print(std::to_string(flights->size()) + " rooms, " + std::to_string(step_count)
        + " commands, " + std::to_string(differing_count) + " decided otherwise");
  return differing_count == 0 ? 0 : 1;
}

} // namespace greenroom::sim
