#include "actors/room_journal.hpp"

#include <string>

namespace greenroom {

namespace {

const presence_changed* news_in(const effect& one) {
  const auto* event = std::get_if<shared_event>(&one.what);
  return event ? std::get_if<presence_changed>(&(*event)->what) : nullptr;
}

const push_answered* refusal_among(const effects& decided) {
  for (const auto& effect : decided)
    if (const auto* answer = std::get_if<push_answered>(&effect.what);
        answer && answer->why)
      return answer;
  return nullptr;
}

} // namespace

journal_entry room_journal::entry(severity level, std::string_view event) const {
  journal_entry result;
  result.level = level;
  result.event = event;
  result.room_id = room_.id.value;
  result.presences_count = static_cast<std::int64_t>(room_.seats.size());
  result.ts = room_.now;
  return result;
}

void room_journal::joined(const admission& seat) const {
  auto line = entry(severity::info, seat.resumed ? "resume" : "join");
  line.from_id = seat.self;
  if (seat.resumed && seat.replay != replay_outcome::complete)
    line.detail = seat.replay == replay_outcome::lost ? "replay lost"
                                                      : "replay truncated";
  journal_.write(line);
}

void room_journal::refused(const participant_id& who, const join_refused& answer) const {
  auto line = entry(severity::debug, "join_refused");
  line.from_id = who;
  line.detail = code_of(answer.why);
  journal_.write(line);
}

void room_journal::departed(const effects& decided, const participant_id& who,
                            std::string_view how) const {
  for (const auto& effect : decided) {
    const auto* news = news_in(effect);
    if (!news)
      continue;
    for (const auto& gone : news->leaves) {
      auto line = entry(severity::info, "leave");
      line.from_id = gone.who;
      line.detail = gone.who == who ? how : "expired";
      journal_.write(line);
    }
  }
}

void room_journal::suspended(const participant_id& who) const {
  auto line = entry(severity::info, "suspend");
  line.from_id = who;
  journal_.write(line);
}

std::optional<push_entry> room_journal::push_line(const apply_push& command) const {
  if (!journal_.wants(severity::debug))
    return std::nullopt;
  auto line = entry(severity::debug, {});
  line.from_id = command.from.who;
  if (const auto* directed = std::get_if<send_signal>(&command.push.what))
    line.to_id = directed->to;
  line.bytes = static_cast<std::int64_t>(command.push.bytes);
  return push_entry{line, std::string{event_name_of(command.push.what)}};
}

void room_journal::pushed(const push_entry& push, const effects& decided) const {
  auto line = push.line;
  line.event = push.event;
  line.ts = room_.now;
  const auto* refused = refusal_among(decided);
  line.detail = refused ? code_of(*refused->why) : "routed";
  journal_.write(line);
}

void room_journal::presence(const effects& decided) const {
  if (!journal_.wants(severity::debug))
    return;
  for (const auto& effect : decided) {
    const auto* news = news_in(effect);
    if (!news)
      continue;
    auto line = entry(severity::debug, "presence_diff");
    const auto counts = "joins " + std::to_string(news->joins.size()) + ", leaves "
                        + std::to_string(news->leaves.size());
    line.detail = counts;
    journal_.write(line);
  }
}

} // namespace greenroom
