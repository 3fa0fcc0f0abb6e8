// Who looks over a room's shoulder: its log, its flight recorder.
#pragma once

#include "protocol/room/room.hpp"

namespace greenroom {

/// Hears each command before it is applied, and then what was decided.
class room_watch {
public:
  virtual ~room_watch() = default;

  virtual void asked(const room_state& room, const join_room& command, instant now) = 0;
  virtual void asked(const room_state& room, const apply_push& command, instant now) = 0;
  virtual void asked(const room_state& room, const leave_room& command, instant now) = 0;
  virtual void asked(const room_state& room, const suspend_seat& command, instant now)
    = 0;
  /// Nobody asked for anything, but time has passed.
  virtual void ticked(const room_state& room, instant now) = 0;
  virtual void decided(const room_state& room, const effects& what) = 0;

  /// The room is not what the last decision made of it: it came from another node,
  /// or went there.
  virtual void replaced(const room_state& room) = 0;
};

} // namespace greenroom
