// One client's stay, as a value: who it is, and how far its join or leave got.
#pragma once

#include <optional>

#include "protocol/vocabulary/messages.hpp"

namespace greenroom {

/// A session joins, is joined, and ends; its connection may be lost or its
/// client may ask to leave at any time, before the room has answered too.
struct session_state {
  enum class phase : std::uint8_t {
    joining, ///< The room has not answered yet.
    joined,
    leaving, ///< The room was asked to let go; its answer is the last word.
    lost,    ///< The connection is gone; nobody hears this session any more.
    ended,
  };

  phase at = phase::joining;
  bool leave_wanted = false; ///< Asked for while joining.
  bool resumable = false;
  seat_key seat; ///< Set once joined.
};

/// What to do with a seat that nobody may be waiting for any more.
enum class farewell : std::uint8_t {
  none,    ///< Nothing to give up, or not yet.
  leave,   ///< Give the seat up.
  suspend, ///< Keep it for the resume window, if the node allows.
};

/// The room let the session in.
/// @returns What a loss or a leave that came first makes of the seat. A first
///          join whose reply nobody could read is undone: its client never
///          learned the token. A resumed seat is kept: its old token still works.
farewell admit(session_state& session, const admission& seat);

/// The client asked to leave.
/// @returns `leave` if the room must be asked now.
farewell leave(session_state& session);

/// The connection is gone. Twice is once.
farewell lose(session_state& session);

/// The room said its last word, or is gone itself.
void end(session_state& session);

/// @returns Whether the client still hears what this session is told.
bool is_heard(const session_state& session);

} // namespace greenroom
