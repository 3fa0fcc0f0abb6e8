// A session, as whoever speaks for its client holds it.
#pragma once

#include <memory>
#include <utility>

#include "actors/interfaces.hpp"
#include "protocol/vocabulary/prefetch.hpp"

namespace greenroom {

/// Where a session sits, once it was let in.
struct taken_seat {
  room_actor room;
  seat_key key;
};

/// The way from a client to its session, and past it: what a joined client pushes goes
/// right to the room, in the name of the session, which would only pass it on. A leave or
/// a loss that follows takes the longer way, and so cannot arrive first.
class session_handle {
public:
  /// @param seat Written by the session before it says that it was let in, not after.
  session_handle(session_actor session, std::shared_ptr<const taken_seat> seat)
    : session_(std::move(session)), seat_(std::move(seat)) {}

  /// Only once `session_opened` was heard, and not after `leave` or `lose`.
  void push(client_pushes&& pushes);

  /// The client asks to leave.
  void leave() const;

  /// The connection is gone.
  void lose() const;

  /// Lists what is needed for a push, see protocol/vocabulary/prefetch.hpp.
  /// @returns false while the room is not known, which is until something was pushed.
  bool list_needed(prefetch_list& places) const;

  const session_actor& actor() const { return session_; }

private:
  session_actor session_;
  /// Of its own, as what is shared may be written until the first push.
  taken_seat taken_;
  std::shared_ptr<const taken_seat> seat_; ///< Null once it is known.
};

} // namespace greenroom
