// What the owner of a room and its relays say to each other. A relay stands for
// the room on a node that does not own it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/cluster/member.hpp"
#include "protocol/room/room.hpp"

namespace greenroom {

/// A command of one of the relay's sessions.
using relayed_command = std::variant<join_room, apply_push, leave_room, suspend_seat>;

/// Relay to owner. The relay keeps it until it is told that it is stable.
struct link_command {
  std::uint64_t epoch = 0;
  std::uint64_t number = 0; ///< Of this relay; grows by one.
  relayed_command what;
  std::uint64_t since = 0; ///< As in its question.
};

/// Owner to relay: an effect that concerns somebody behind the relay. It crosses
/// the link once; the relay tells all whom it concerns.
struct link_word {
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;  ///< Of the room; grows.
  std::uint64_t answers = 0; ///< For `audience::sender`, the command's number.
  effect what;
};

/// Relay to owner: all words up to here have come.
struct link_acknowledged {
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;
};

/// Owner to relay: whatever the commands up to here caused has reached all nodes
/// that it concerns, so that the death of the owner cannot undo it any more.
struct commands_stable {
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;
};

/// Relay to owner: tell me what happens in this room; these sit behind me. The
/// seats are as far as the relay knows them; an owner who knows better keeps its own.
struct attach_relay {
  node_name from;
  std::uint64_t question = 0; ///< Grows; named in the answer.
  /// The first question that it has asked without losing sight of the owner since.
  std::uint64_t since = 0;
  std::uint64_t epoch = 0; ///< Of the last owner that the relay had.
  std::uint64_t seq = 0;   ///< The greatest event number that it has heard.
  std::vector<seat> seats;
  /// By sender, the last push whose event those seats have heard. All that came before
  /// it from that sender, and concerns them, they have heard, too.
  std::vector<std::pair<participant_id, push_mark>> heard;
};

/// Owner to relay: the answer to that.
struct relay_attached {
  node_name from;
  std::uint64_t question = 0; ///< Zero: nobody has asked.
  /// The last word said to this relay before. It has heard that, or lost something.
  std::uint64_t last_word = 0;
  std::uint64_t epoch = 0;
  std::uint64_t seq = 0;
  std::vector<presence> roster;
  /// Pushes that the room has of each seat behind the relay. Who is missing has
  /// lost its seat.
  std::vector<std::pair<participant_id, std::uint64_t>> received;
};

/// Old owner to relay, and its last word: listen to the next owner from now on.
struct room_moved {};

/// Old owner to new owner: the room. Its instants are counted from the moment of
/// sending, as no two clocks agree.
struct take_over {
  room_state room;
  node_name from;
  /// The sender's, also of its earlier lives; named in the answer. What is sent once
  /// more, as the answer may be lost, has it again. Zero: not sent yet.
  std::uint64_t ticket = 0;
};

/// New owner to old owner: it is ours now.
struct room_taken {
  std::uint64_t ticket = 0;
};

/// To an old owner: by our view it is somebody else's. It still is the sender's.
struct room_declined {
  std::uint64_t ticket = 0;
};

/// The answer of a node that is going to own the room: wait, you are known.
struct relay_noted {
  node_name from;
  std::uint64_t question = 0;
};

/// To a relay that asks where its room is not, or is not going to be any more.
struct relay_refused {
  node_name from;
  std::uint64_t question = 0; ///< Zero: what was granted before is withdrawn.
};

using link_message
  = std::variant<link_command, link_word, link_acknowledged, commands_stable,
                 attach_relay, relay_attached, relay_noted, relay_refused, room_moved,
                 take_over, room_taken, room_declined>;

/// The bytes that cross between nodes; see docs of `cluster_protocol_version`.
std::string encode(const link_message& message);

/// @returns Nothing for what is not exactly one message of ours.
std::optional<link_message> decode_link_message(std::string_view bytes);

/// A view, with who tells it.
struct view_told {
  std::uint32_t protocol_min = 0, protocol_max = 0;
  member from;
  std::uint32_t company = 0;       ///< Nodes that live by its view, itself included.
  std::uint64_t secret = 0;        ///< Tells secrets of resume tokens apart; keeps them.
  cluster_view view;               ///< Whom it hears; others are gone.
  std::vector<node_name> proposal; ///< Whom it would share rooms with.
};
std::string encode(const view_told& message);

/// @returns Nothing for what is no view. Of one in a protocol that we do not speak only
///          what comes before `secret`, which is the same in all protocols.
std::optional<view_told> decode_view(std::string_view bytes);

/// @returns Whether there is a protocol that both that node and this one speak.
bool speaks_our_protocol(const view_told& told);

/// Raised, from the first release on, with every change of what is said between nodes. A
/// node speaks this one and the one before.
inline constexpr std::uint32_t cluster_protocol_version = 1;
inline constexpr std::uint32_t cluster_protocol_version_min = 1;

} // namespace greenroom
