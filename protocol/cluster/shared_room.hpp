// A room that several nodes share, as a value: on one of them it owns the room, on
// the others it relays, and it changes from one to the other without its sessions
// noticing. Whoever holds it delivers what it says and knows the handles.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/cluster/ledger.hpp"
#include "protocol/cluster/link.hpp"
#include "protocol/cluster/relay.hpp"
#include "protocol/room/presence_gathering.hpp"
#include "protocol/room/room_watch.hpp"

namespace greenroom {

/// Names a session of this node, as its holder knows it. Never used twice.
using session_number = std::uint64_t;
/// Names the same room on another node, which relays, or owns it. Likewise; zero:
/// none, this node itself.
using relay_number = std::uint64_t;

/// What this node knows of who owns the room.
struct ownership {
  bool is_ours = true;
  node_name owner; ///< By the view.
  /// All nodes agree on who is up, and have sent what they know of our rooms: until
  /// then nobody is let in.
  bool is_settled = true;
  /// Nodes that are gone by the view; null: none.
  std::shared_ptr<const std::vector<node_name>> gone;
};

/// Who asked for something, and how it hears the answer.
struct asker {
  session_number session = 0; ///< Of this node, or
  relay_number relay = 0;     ///< behind this relay, where it is
  std::uint64_t command = 0;  ///< the command of this number.
  bool was_answered = false;  ///< By an owner before this one.
};

struct shared_room {
  enum class role : std::uint8_t {
    waiting, ///< Ours, as soon as all nodes have sent what they know.
    owner,
    relay,
  };
  struct held_join {
    asker from;
    join_room what;
    instant until = 0;
  };
  struct pending_relay {
    relay_number from = 0;
    attach_relay told;
  };

  node_name self; ///< The node that this is on.
  /// The time by a clock that nobody sets, by which nodes wait for each other. Whoever
  /// holds the room sets it before each call.
  instant steady = 0;
  role is = role::owner;
  ownership known;
  room_limits limits;
  std::map<participant_id, session_number> sessions; ///< Of this node, by seat.
  room_watch* watch = nullptr; ///< Of `room`, while it is owned here; null: none.
  /// Towards sessions of this node, and relays while the room is owned here.
  presence_gathering gathering{limits.wide_seats_min};

  struct departing_room {
    take_over what;
    node_name to;
    std::optional<instant> retry_at; ///< Set when it was declined.
  };
  /// Sent to the next owner, which has not confirmed it yet.
  std::vector<departing_room> departing;
  std::uint64_t next_ticket = 1;
  std::map<node_name, std::uint64_t> taken_tickets; ///< The last of each node.

  // -- as the owner
  room_state room;
  std::uint64_t words = 0; ///< Said so far to relays.
  std::map<relay_number, link_ledger> links;
  /// Before it this node may have stood still, which is no silence of relays.
  instant watched_since = 0;
  std::map<participant_id, relay_number> homes; ///< Of those on other nodes.
  std::deque<held_join> held;                   ///< Until admission is allowed.
  /// What sessions of this node had heard before it came to own the room.
  std::map<participant_id, push_mark> heard_pushes;
  /// What those behind one relay, or here, have heard from the owner before this one.
  struct hearing {
    std::vector<participant_id> who;
    std::map<participant_id, push_mark> marks; ///< By sender.
  };
  std::vector<hearing> hearings; ///< Until commands that are asked once more are in.
  /// Until then seats without a session are given time to find their way.
  std::optional<instant> homeless_until;
  /// Set while the view has not settled: from then on relays of nodes that it calls gone are
  /// lost all the same.
  std::optional<instant> unsettled_until;

  // -- while it waits to become the owner
  std::vector<take_over> taken;
  std::vector<pending_relay> pending;

  // -- as a relay, and while it waits
  relay_state relay;
  std::map<std::uint64_t, session_number> askers; ///< By number of the kept command.
  /// To one node at a time: another is asked when this one has answered, and has
  /// said its last word, or is gone.
  struct bond {
    enum class stage : std::uint8_t {
      none,
      asked,
      noted, ///< It is going to own the room.
      attached,
    };
    stage at = stage::none;
    node_name name;
    relay_number number = 0; ///< Known from its first answer on.
    std::uint64_t since = 0; ///< The first question that it was asked.
    /// It has answered the last question, which was asked under the present view.
    bool is_confirmed = false;
  };
  bond owner;
  std::uint64_t questions = 0; ///< Asked so far.
  std::optional<instant> reattach_at;

  std::optional<instant> talk_at; ///< Acknowledgements and stability are due.
};

// -- what it says ----------------------------------------------------------------

struct say_session {
  session_number to = 0;
  decltype(effect::what) what;
};
struct say_relays {
  std::vector<relay_number> to;
  link_message what;
};
/// To the owner that has attached us.
struct say_owner {
  relay_number to = 0;
  link_message what;
};
/// To the room on that node, through its directory.
struct find_owner {
  node_name to;
  link_message what;
};
/// Another has taken its place on its node: its end is not waited for.
struct forget_relay {
  relay_number which = 0;
};
/// For the log.
struct room_news {
  std::string_view event;
  participant_id who;
  std::string_view detail;
};
using shared_output
  = std::variant<say_session, say_relays, say_owner, find_owner, forget_relay, room_news>;
using shared_outputs = std::vector<shared_output>;

// -- what it hears ---------------------------------------------------------------

shared_room make_shared_room(room_id id, node_name self, const room_limits& limits,
                             ownership known, instant now);

/// A session of this node, or a relay, asks something.
/// @param is_aware Whether the node may admit anybody, see `is_fresh`.
shared_outputs ask(shared_room& shared, const asker& from, relayed_command command,
                   bool is_aware, instant now);

/// A relay speaks to us as the owner.
shared_outputs hear_relay(shared_room& shared, relay_number from, link_message what,
                          bool is_aware, instant now);

/// An owner speaks.
shared_outputs hear_owner(shared_room& shared, relay_number from, link_message what);

/// A relay died, or cannot be reached.
shared_outputs lose_relay(shared_room& shared, relay_number which, instant now);

/// An owner died, or cannot be reached.
shared_outputs lose_owner(shared_room& shared, relay_number which);

/// Another node has sent the room here.
shared_outputs receive(shared_room& shared, relay_number from, take_over what,
                       instant now);

/// The answer to a room that we have sent.
shared_outputs hear_answer(shared_room& shared, const room_taken& answer, instant now);
shared_outputs hear_answer(shared_room& shared, const room_declined& answer, instant now);

/// The view has changed, or has settled.
shared_outputs learn(shared_room& shared, ownership known, instant now);

/// @returns Whether this node has sent all that it knows of the room to whoever owns it
///          by the view: the view has settled when this is true on all nodes.
bool has_followed(const shared_room& shared);

/// Time has passed.
shared_outputs pass_time(shared_room& shared, bool is_aware, instant now);

/// @returns In how many milliseconds `pass_time` next has something to do.
std::optional<std::int64_t> wait_ms(const shared_room& shared, instant now);

/// @returns Whether nobody needs this room on this node any more.
bool is_abandoned(const shared_room& shared, instant now);

} // namespace greenroom
