// Every actor of Greenroom on one page, named by the role its callers need.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <caf/actor_clock.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/node_id.hpp>
#include <caf/typed_actor.hpp>

#include "protocol/vocabulary/messages.hpp"

namespace greenroom {

using shared_admission = std::shared_ptr<const admission>;

// -- what connections ask of sessions -----------------------------------------

/// The client wants to leave.
struct leave_session {};
/// The connection is gone; nobody hears the session any more.
struct lose_connection {};

// -- what the directory says to who joins -------------------------------------

/// The join was passed on to this room. The room's own answer may come first.
struct join_routed {
  caf::strong_actor_ptr room; ///< Untyped, as rooms know their listeners.
};

// -- what rooms and sessions ask of the directory -----------------------------

/// A room has become empty, and may end if the node needs its place. Until somebody
/// joins it again; the directory is the first to know of that.
struct room_emptied {
  room_id room;
  std::uint64_t join_count = 0; ///< Joins that the room has taken so far.
};
/// An empty room asks to end. The directory grants it only if the room has seen
/// every join that was sent its way, so that no join meets a room that is gone.
struct retire_room {
  room_id room;
  std::uint64_t join_count = 0; ///< Joins that the room has taken so far.
};
/// The room may end: no join will come its way any more.
struct retirement_granted {};

/// A session lost its connection and asks whether its seat may be kept.
struct claim_suspension {
  participant_id who;
  std::string origin; ///< The client's address.
};
struct suspension_answered {
  bool granted = false;
};
/// A participant has resumed, or was replaced: its suspension counts no longer.
struct release_suspension {
  participant_id who;
};

// -- what an operator asks ------------------------------------------------------

/// Which rooms are there?
struct list_rooms {};
/// What did the room go through lately? See `flight_recorder`.
struct dump_room {
  room_id room;
};
/// Nodes by what CAF calls them. A directory adds them to what it passes to its rooms.
using node_names = std::map<caf::node_id, std::string>;
/// How does the room stand? Lines for a person.
struct report_room {
  room_id room;
  std::string node; ///< Whose room is asked; empty: this node's.
  node_names names; ///< Does not travel.
};
/// What do you know of the way from one participant to the other? Answered by an encoded
/// `reach_testimony`.
struct testify_room {
  room_id room;
  participant_id from, to;
  std::string node; ///< As in `report_room`.
  node_names names; ///< Does not travel.
};
/// Which node owns the room, and how many sit in it?
struct summarize_room {
  room_id room;
};
struct room_summary {
  std::string owner;    ///< By this node's view; empty: it shares its rooms with nobody.
  std::size_t here = 0; ///< Participants connected to this node.
  std::size_t all = 0;  ///< Taken seats, as far as this node knows.
};
/// Which node owns, or would own, a room of this name?
struct locate_room {
  room_id room;
};
/// Which nodes are there? Lines for a person.
struct report_nodes {};

template <class I>
typename I::result_type inspect(I& f, report_room& x) {
  return f(caf::meta::type_name("report_room"), x.room.value, x.node);
}

/// Ids cross as their text, which both ends can read.
template <class I>
typename I::result_type inspect(I& f, testify_room& x) {
  auto from = x.from.to_string();
  auto to = x.to.to_string();
  const auto read = [&]() -> caf::error {
    x.from = participant_id::parse(from).value_or(participant_id{});
    x.to = participant_id::parse(to).value_or(participant_id{});
    return caf::none;
  };
  return f(caf::meta::type_name("testify_room"), x.room.value, from, to, x.node,
           caf::meta::load_callback(read));
}

// -- what actors tell themselves ----------------------------------------------

/// A deadline has come.
struct tick {
  instant due = 0;
};

// -- the actors ---------------------------------------------------------------

/// Hears what happens in a room. Sessions do; later relays and the media plane.
using room_listener_actor = caf::typed_actor<
  // Whom to monitor until it answers.
  caf::reacts_to<join_routed>,
  // Let in, or not; the room's first word after a join.
  caf::reacts_to<shared_admission>, caf::reacts_to<join_refused>,
  // In the room's order.
  caf::reacts_to<shared_event>,
  // Each push that wanted an answer gets one.
  caf::reacts_to<push_answered>, caf::reacts_to<credit_returned>,
  // The last word, whichever it is.
  caf::reacts_to<room_left>, caf::reacts_to<session_ended>>;

/// Owns one room; nobody else changes its roster.
using room_actor = caf::typed_actor<
  // Answers the listener with an admission or a refusal.
  caf::reacts_to<join_room, room_listener_actor>, caf::reacts_to<apply_pushes>,
  caf::reacts_to<leave_room>, caf::reacts_to<suspend_seat>,
  caf::reacts_to<retirement_granted>, caf::reacts_to<tick>,
  caf::replies_to<dump_room>::with<std::string>,
  caf::replies_to<report_room>::with<std::string>,
  caf::replies_to<testify_room>::with<std::string>,
  caf::replies_to<summarize_room>::with<room_summary>>;

/// One joined topic of one connection. What its client pushes goes past it, see
/// actors/session_handle.hpp.
using session_actor = room_listener_actor::extend<caf::reacts_to<leave_session>,
                                                  caf::reacts_to<lose_connection>>;

/// Finds rooms by id and starts them. One per node.
using directory_actor = caf::typed_actor<
  // Passed on to the room, which answers the listener; the listener is told which.
  caf::reacts_to<join_room, room_listener_actor>,
  caf::reacts_to<room_emptied, room_actor>, caf::reacts_to<retire_room, room_actor>,
  caf::replies_to<claim_suspension>::with<suspension_answered>,
  caf::reacts_to<release_suspension>,
  // Ordered.
  caf::replies_to<list_rooms>::with<std::vector<std::string>>,
  // Passed on to the room, which answers; empty if there is none.
  caf::replies_to<dump_room>::with<std::string>,
  caf::replies_to<report_room>::with<std::string>,
  caf::replies_to<testify_room>::with<std::string>,
  caf::replies_to<summarize_room>::with<room_summary>,
  // A node's name; empty if this node shares its rooms with nobody.
  caf::replies_to<locate_room>::with<std::string>,
  caf::replies_to<report_nodes>::with<std::string>>;

/// Milliseconds by a clock that nobody sets, for what waits, and how nodes measure
/// silence.
inline instant steady_ms(const caf::actor_clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
           clock.now().time_since_epoch())
    .count();
}

} // namespace greenroom

// Local to a node until rooms are shared; the cluster gives each an inspector.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::shared_admission)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::join_routed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::join_refused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::shared_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::push_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::credit_returned)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::room_left)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::session_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::join_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::apply_pushes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::leave_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::suspend_seat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::leave_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::lose_connection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::room_emptied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::retire_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::retirement_granted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::claim_suspension)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::suspension_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::release_suspension)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::list_rooms)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::dump_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::summarize_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::room_summary)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::locate_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::report_nodes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::tick)
