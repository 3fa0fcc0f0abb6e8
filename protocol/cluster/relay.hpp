// A room on a node that does not own it, as a value: what its sessions asked and
// the owner may not have carried out for good, and what they have heard.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "protocol/cluster/link.hpp"

namespace greenroom {

struct kept_command {
  std::uint64_t number = 0;
  relayed_command what;
  bool answered = false;
};

struct relay_state {
  room_id id;
  std::uint64_t epoch = 0; ///< Of the owner.
  bool attached = false;   ///< The owner has answered; until then commands wait here.
  std::uint64_t next_number = 1;
  std::deque<kept_command> kept; ///< Not stable yet, in order.
  /// Those behind this relay; their `received` counts stable pushes, their
  /// `lost_seq` is the last event that was passed to them.
  std::map<participant_id, seat> seats;
  std::vector<presence> roster; ///< As its sessions know it.
  std::uint64_t seq = 0;        ///< The greatest event number heard.
  /// By sender, the last push whose event was heard: a new owner may carry out
  /// once more what the old one did before it died.
  std::map<participant_id, push_mark> heard_pushes;
  std::uint64_t heard = 0;        ///< The owner's last word.
  std::uint64_t acknowledged = 0; ///< The last word that it knows we have.
};

/// What a relay has to say.
struct relay_output {
  struct word {
    effect what;
    std::uint64_t answers = 0; ///< For `audience::sender`, the command's number.
  };
  std::vector<link_command> up; ///< To the owner, in order.
  std::vector<word> down;       ///< To the sessions behind the relay, in order.
};

/// Lives of one participant do not compare: on two sides of a split it had one each. But
/// what it said in a former life is never asked once more.
/// @returns Whether who has heard up to `heard` has heard that push.
constexpr bool covers(const push_mark& heard, const push_mark& push) {
  return heard.life == push.life && push.number <= heard.number;
}

relay_state make_relay(room_id id);

/// Makes a relay of a room that this node has owned until now.
/// @param behind Who sits on this node.
relay_state make_relay(const room_state& room, const std::vector<participant_id>& behind);

/// A session behind the relay asks something.
/// @returns The number of the command; it is in `out` unless there is no owner yet.
std::uint64_t take(relay_state& relay, relayed_command command, relay_output& out);

/// The owner is gone, or another one: what was asked waits.
/// @returns What to tell the new owner.
attach_relay detach(relay_state& relay);

/// The owner took the relay in: asks again what it may not know, ends sessions that
/// have lost their seat, and tells all of what has become of the roster.
relay_output attach(relay_state& relay, const relay_attached& answer);

/// The owner says something. Words of another epoch are none.
relay_output hear(relay_state& relay, link_word word);

/// Commands up to this one need not be kept any more.
relay_output settle(relay_state& relay, const commands_stable& news);

/// @returns Whether the owner should be told now how far we have heard.
bool owes_acknowledgement(const relay_state& relay);

} // namespace greenroom
