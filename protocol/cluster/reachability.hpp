// Why one participant of a room does not reach another: what the nodes concerned
// testify, and the one sentence that follows from it. Ids, times and counts; nothing
// that was said.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/cluster/shared_room.hpp"

namespace greenroom {

/// Does what `from` says reach `to`?
struct reach_question {
  room_id room;
  participant_id from, to;
};

/// One of the two, as a node that has the room knows it.
struct reach_end {
  bool is_seated = false;
  std::optional<std::int64_t> suspended_ms; ///< For so long it has had no connection.
  std::int64_t left_ms = 0;                 ///< So long may it still resume.
  bool is_here = false; ///< Its session is on the node that testifies.
  std::string node;     ///< Where it is instead; empty: not known.
  /// What the owner has told that node and the node has not acknowledged.
  std::uint64_t words = 0, bytes = 0;
  std::int64_t waiting_ms = 0; ///< How long the oldest of these words has waited.
};

/// What one node knows. Gathered by the room in no time; what takes some, such as going
/// through the recording, is left to who asked.
struct reach_testimony {
  std::string node; ///< Who testifies; empty: the only node.
  bool owns = false;
  std::string owner;   ///< By the view of `node`.
  bool follows = true; ///< Has been taken in by the owner, or owns the room.
  instant now = 0;     ///< By the clock of `node`.
  reach_end from, to;
  std::string recording; ///< Of an owner, see `flight_recorder::dump`.
};

/// Names the nodes on the other ends of a room's links.
using link_names = std::map<relay_number, std::string>;

/// The testimony of a node that shares the room.
/// @param names     Nodes by the relays on them, as far as they are known.
/// @param recording Of the room, if this node owns it.
reach_testimony testify(const shared_room& shared, const reach_question& question,
                        const link_names& names, std::string recording, instant now);

/// The testimony of the only node.
reach_testimony testify(const room_state& room, const reach_question& question,
                        std::string recording, instant now);

/// Testimonies cross between nodes as bytes.
std::string encode(const reach_testimony& testimony);
/// @returns Nothing for what is not exactly one testimony.
std::optional<reach_testimony> decode_testimony(std::string_view bytes);

/// What a recording tells of two participants. Instants are the room's.
struct reach_history {
  struct parting {
    instant at = 0;
    std::string_view how; ///< "left", "lost its connection" and the like.
  };
  struct refusal_noted {
    instant at = 0;
    std::string_view code;
  };
  std::optional<parting> from_left, to_left;
  std::optional<instant> unanswered_offer; ///< The first one since the last answer.
  std::optional<refusal_noted> refused;    ///< Of `from`, if it was its last push.
  std::optional<instant> delivered;        ///< The last signal to `to`.
};

/// Goes through a recording once more.
/// @returns Nothing at all where it cannot be read.
reach_history history_of(std::string_view recording, const reach_question& question);

/// Silence between nodes, or of a browser that was offered something, is only told of
/// when it has lasted for so long.
inline constexpr std::int64_t reach_patience_ms = 1'000;

/// @param testimonies Of the room's owner, if it could be found, and of other nodes
///                    where the two are.
/// @returns One sentence without a line's end.
std::string explain(const reach_question& question,
                    const std::vector<reach_testimony>& testimonies);

/// The same where the room's owner could not be asked.
/// @param why What became of the question, without a full stop.
std::string explain_silence(const std::string& owner, const std::string& why);

} // namespace greenroom
