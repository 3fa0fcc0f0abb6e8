// The room as a value: no threads, no clock, no sockets, no actors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <variant>
#include <vector>

#include "protocol/vocabulary/limits.hpp"
#include "protocol/vocabulary/messages.hpp"

namespace greenroom {

/// What an operator may set for every room.
struct room_limits {
  std::uint32_t capacity = limits::capacity_default; ///< Seats.
  std::size_t log_bytes_max = limits::log_bytes_max;
  std::int64_t log_age_ms_max = limits::log_age_ms_max;
  std::int64_t resume_window_ms = limits::resume_window_ms;
  std::int64_t linger_ms = limits::linger_ms;
  /// Of the node where sessions are told, so it does not move with the room. See
  /// protocol/room/presence_gathering.hpp.
  std::uint32_t wide_seats_min = limits::wide_room_seats_min;
};

/// A participant's place, kept for the resume window when its connection is
/// lost. Seats are what capacity counts.
struct seat {
  presence shown;               ///< What the roster says of it.
  attachment_number attachment = 0; ///< The session that speaks for it now.
  bool resumable = false;
  std::uint32_t generation = 0; ///< Of the token that was last used; older ones are void.
  std::uint64_t joined_seq = 0; ///< Nothing up to here was ever for it.
  std::uint64_t lost_seq = 0;   ///< Signals to it up to here may have left the log.
  std::uint64_t received = 0;   ///< Pushes of it that the room has.
  std::uint64_t life = 0;       ///< The room's epoch when the seat was taken.
  instant born_at = 0;          ///< Of the room where it was; its tokens say so.
  credit_returned owed;         ///< Credit not yet returned to its session.
  std::optional<instant> suspended_until; ///< Set while it has no connection.
};

/// An event that somebody may have missed.
struct log_entry {
  shared_event event;
  std::optional<participant_id> to; ///< Nobody in particular: everyone.
  instant at = 0;
  /// Who heard it under another number, from an owner that died. Seats of the room.
  std::vector<participant_id> heard_by;
};

/// A room's attachments are so far apart, so that each owner has its own ones between.
inline constexpr attachment_number attachment_stride = 65'536;

struct room_state {
  room_id id;
  room_limits limits;
  std::uint64_t epoch = 0; ///< Raised whenever another node comes to own the room.
  /// When it began, which also tells it from other rooms of its name: tokens of those
  /// speak of another room, whichever node they were on.
  instant born_at = 0;
  instant now = 0;       ///< Never goes back, whatever the clock does.
  std::uint64_t seq = 0; ///< Of the last numbered event.
  presence_version next_version
    = 0; ///< Unique across a room's rebirths, see `make_room`.
  attachment_number next_attachment = 1; ///< See `attachment_stride`.
  std::vector<seat> seats; ///< Ordered by id: a replay must not hang on hashing.
  std::size_t suspended_count = 0;
  std::deque<log_entry> log;
  std::size_t log_bytes = 0;
  std::uint64_t lost_seq = 0;          ///< Broadcasts up to here may have left the log.
  /// Who has left, and the last session of each: their tokens are void while the room
  /// lives.
  std::deque<seat_key> departed;
  std::optional<instant> empty_since;
};

/// Starts an empty room.
/// @param now Presence versions begin at it, so that a client who was in an
///            earlier room of this name never takes a new version for an old one.
room_state make_room(room_id id, const room_limits& limits, instant now);

/// Whom an effect is for.
enum class audience : std::uint8_t {
  sender,   ///< The session whose command this was.
  everyone, ///< All participants, the sender included.
  others,   ///< All participants but `effect::who`.
  one,      ///< The participant `effect::who`.
  former,   ///< The session that spoke for `effect::who` until this command.
};

/// What must be said, and to whom. In delivery order; a participant without a
/// connection is passed over, as the log holds what it misses.
struct effect {
  audience to = audience::sender;
  participant_id who;
  std::variant<shared_event, std::shared_ptr<const admission>, join_refused,
               push_answered, room_left, session_ended, credit_returned>
    what;
};
using effects = std::vector<effect>;

/// Lets a participant in, resumes its seat, or says why not.
///
/// Total: every join yields an `admission` or a `join_refused` for the sender.
/// A claim decides in this order:
/// - its seat is here and its generation was not replaced by a newer, used one:
///   resumed; an older session hears `session_ended` first;
/// - another room of this name issued it: admitted under the same id,
///   subject to capacity, with `replay_outcome::lost`;
/// - otherwise the join is a first one, under `command.fresh`.
/// The seat that the join replaces leaves first, unless it is the resumed one or
/// has been taken over since.
///
/// @param command Its claim, if any, is genuine, unexpired and of this room.
/// @param now     Unix milliseconds; taken as `room.now` if it went back.
/// @returns For a newcomer its admission, then one `presence_changed` for the
///          others. A resumed seat is nothing new to them.
effects apply(room_state& room, const join_room& command, instant now);

/// Applies one push and counts it, refused or not. A push of a session that was
/// superseded, or taken for lost, yields nothing: its client sends it again.
///
/// Signals are answered only when refused, chat and media updates always, after
/// the broadcast that they cause (so Phoenix's `broadcast!` within `handle_in`).
/// @param command Its SDP moves into the event.
effects apply(room_state& room, apply_push&& command, instant now);

/// @returns Whether a push of this kind is answered also when it was applied.
bool confirms(const push_body& what);

/// Gives the seat up. Refuses nothing: a seat that is gone has left already.
effects apply(room_state& room, const leave_room& command, instant now);

/// Keeps the seat for the resume window, or gives it up where its owner did not
/// opt in. Twice is once.
effects apply(room_state& room, const suspend_seat& command, instant now);

/// Does what time alone brings: expired seats leave, old events are forgotten.
effects expire(room_state& room, instant now);

/// @returns When `expire` or `is_abandoned` next has something to say.
std::optional<instant> next_deadline(const room_state& room);

/// @returns Whether nobody has a seat, nor has had one for the linger time if some
///          left who have tokens.
bool is_abandoned(const room_state& room, instant now);

/// @returns Null if `who` has no seat.
const seat* find_seat(const room_state& room, const participant_id& who);

} // namespace greenroom
