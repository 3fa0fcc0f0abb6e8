#include "actors/directory_actor.hpp"

#include <algorithm>

#include <caf/send.hpp>

#include "actors/room_actor.hpp"
#include "protocol/vocabulary/planted.hpp"

namespace greenroom {

directory_process::directory_process(caf::actor_config& config, ports world,
                                     room_limits limits)
  : directory_actor::base(config), world_(world), limits_(limits) {
  set_down_handler([this](const caf::down_msg& down) { on_room_down(down); });
}

directory_actor::behavior_type directory_process::make_behavior() {
  return {
    [this](const join_room& command, const room_listener_actor& listener) {
      route(command, listener);
    },
    [this](const retire_room& command, const room_actor& room) { retire(command, room); },
    [this](const claim_suspension& command) {
      return suspension_answered{claim(suspensions_, command.who, command.origin,
                                       world_.clock->now(), limits_.resume_window_ms)};
    },
    [this](const release_suspension& command) { release(suspensions_, command.who); },
    [this](const list_rooms&) { return rooms(); },
    [this](const dump_room& command) { return dump(command); },
  };
}

void directory_process::on_exit() {
  // A room without a directory could never end.
  for (const auto& [name, known] : rooms_)
    caf::anon_send_exit(known.room, caf::exit_reason::user_shutdown);
  rooms_.clear();
}

void directory_process::route(const join_room& command,
                              const room_listener_actor& listener) {
  auto found = rooms_.find(command.room);
  if (found == rooms_.end()) {
    if (rooms_.size() >= limits::room_count_max) {
      send(listener, join_refused{unavailable{limits::retry_after_ms}});
      return;
    }
    auto room = spawn<room_process>(world_, directory_actor{this}, command.room, limits_);
    monitor(room);
    found = rooms_.emplace(command.room, entry{std::move(room), 0}).first;
  }
  ++found->second.join_count;
  send(found->second.room, command, listener);
  // Else a room that dies before it answers would keep the listener waiting.
  send(listener, join_routed{caf::actor_cast<caf::strong_actor_ptr>(found->second.room)});
}

void directory_process::retire(const retire_room& command, const room_actor& room) {
  const auto found = rooms_.find(command.room);
  if (found == rooms_.end() || found->second.room != room
      || is_planted(planted_bug::room_outlives_members))
    return;
  if (found->second.join_count != command.join_count
      && !is_planted(planted_bug::room_ends_before_a_join))
    return; // A join is on its way; the room lives on and asks again.
  demonitor(room.address());
  rooms_.erase(found);
  send(room, retirement_granted{});
}

std::vector<std::string> directory_process::rooms() const {
  std::vector<std::string> names;
  for (const auto& [id, known] : rooms_)
    names.push_back(id.value);
  std::ranges::sort(names);
  return names;
}

caf::result<std::string> directory_process::dump(const dump_room& command) {
  const auto found = rooms_.find(command.room);
  if (found == rooms_.end())
    return std::string{};
  return delegate(found->second.room, command);
}

/// A room that died by our own fault. Its sessions notice for themselves; the
/// next join starts the room anew.
void directory_process::on_room_down(const caf::down_msg& down) {
  const auto gone = std::ranges::find_if(rooms_, [&](const auto& known) {
    return known.second.room.address() == down.source;
  });
  if (gone == rooms_.end())
    return;
  journal_entry line;
  line.level = severity::error;
  line.event = "room_died";
  line.room_id = gone->first.value;
  line.ts = world_.clock->now();
  world_.journal->write(line);
  rooms_.erase(gone);
}

} // namespace greenroom
