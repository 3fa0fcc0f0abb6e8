#include "actors/room_observer.hpp"

#include <utility>

namespace greenroom {

void room_observer::concern(const participant_id& who, std::string_view how) {
  who_ = who;
  if (how_.empty())
    how_ = how;
}

void room_observer::asked(const room_state& room, const join_room& command, instant now) {
  recorder_.take(room, command, now);
  suspended_before_ = room.suspended_count;
  concern(command.replaces.value_or(seat_key{}).who, "replaced");
}

void room_observer::asked(const room_state& room, const apply_push& command,
                          instant now) {
  recorder_.take(room, command, now);
  suspended_before_ = room.suspended_count;
  is_push_ = true;
  push_line_ = journal_.push_line(command);
}

void room_observer::asked(const room_state& room, const leave_room& command,
                          instant now) {
  recorder_.take(room, command, now);
  suspended_before_ = room.suspended_count;
  concern(command.from.who, "left");
}

void room_observer::asked(const room_state& room, const suspend_seat& command,
                          instant now) {
  recorder_.take(room, command, now);
  suspended_before_ = room.suspended_count;
  concern(command.from.who, "lost");
}

void room_observer::ticked(const room_state& room, instant now) {
  recorder_.take_tick(room, now);
  suspended_before_ = room.suspended_count;
  concern({}, "expired");
}

void room_observer::decided(const room_state& room, const effects& what) {
  recorder_.decided(what);
  journal_.presence(what);
  if (auto line = std::exchange(push_line_, std::nullopt))
    journal_.pushed(*line, what);
  const auto who = std::exchange(who_, {});
  const auto how = std::exchange(how_, {});
  if (!std::exchange(is_push_, false)) // A push changes rosters, but nobody leaves by it.
    journal_.departed(what, who, how);
  for (const auto& effect : what) {
    if (const auto* answer = std::get_if<join_refused>(&effect.what))
      journal_.refused(effect.who, *answer);
    else if (const auto* seat = std::get_if<std::shared_ptr<const admission>>(
               &effect.what))
      journal_.joined(**seat);
  }
  if (room.suspended_count > suspended_before_)
    journal_.suspended(who);
}

} // namespace greenroom
