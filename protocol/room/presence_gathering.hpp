// Roster changes of a wide room on their way to those who hear of them. Where a
// thousand people come at once, each newcomer must not be a message to each of the
// others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

#include "protocol/room/room.hpp"

namespace greenroom {

/// Roster changes that are told together. Nobody stands twice among their joins, nor
/// among their leaves.
class gathered_presence {
public:
  /// For who has heard nothing of it yet; and for relays, which leave out what they
  /// have heard by an admission.
  const shared_event& whole() const { return whole_; }

  /// @returns What `who` has not been told: for a newcomer, what came after the roster
  ///          that it was let in with. Null: nothing.
  shared_event part_for(const participant_id& who) const;

private:
  friend class presence_gathering;

  std::vector<shared_event> steps_;                      ///< As they were decided.
  std::unordered_map<participant_id, std::size_t> told_; ///< How many of them, by whom.
  shared_event whole_;
};

/// Sees all effects on their way from a room, or from its relay on another node, to the
/// sessions of this node. In a wide room it holds roster changes back, so that there is
/// one diff a pace, see `limits::presence_pace_ms`; the first after a quiet time is not
/// held back. What would be out of order without them makes them go first:
/// - what somebody says whom a gathered change brings or takes away, and the refusal
///   that names it;
/// - another change of somebody who is gathered. So each is gathered once, as one step
///   from one version to another, and whoever has a roster of before or after that step
///   (a relay that has just let somebody in) may hear it. This also bounds what is
///   gathered by the room's seats, to which `limits::gathered_presence_count_max` is
///   nearer.
class presence_gathering {
public:
  /// @param wide_seats_min The seats from which on a room is wide.
  explicit presence_gathering(std::uint32_t wide_seats_min)
    : wide_seats_min_(wide_seats_min) {}

  /// @returns Whether `pass` need not be asked: the effect goes on, and nothing first.
  ///          So it is with all that is said in small rooms, and most in wide ones.
  bool is_idle(const effect& what, std::size_t seat_count) const {
    return steps_.empty() && (seat_count < wide_seats_min_ || !is_presence(what));
  }

  struct passage {
    std::optional<gathered_presence> first; ///< To be told before.
    bool goes_on = true;                    ///< Otherwise it was gathered.
  };
  /// An effect is about to be said.
  /// @param seat_count Of the room, after what was decided.
  /// @param steady     Milliseconds by a clock that nobody sets.
  passage pass(const effect& what, std::size_t seat_count, instant steady);

  /// @returns What is to be told now, if anything was gathered.
  std::optional<gathered_presence> let_out(instant steady);

  /// @returns When `let_out` is to be called at latest, by the steady clock; nothing
  ///          while nothing is gathered.
  std::optional<instant> due() const;

private:
  static bool is_presence(const effect& what) {
    const auto* event = std::get_if<shared_event>(&what.what);
    return event && std::holds_alternative<presence_changed>((*event)->what);
  }

  passage pass_news(const effect& what, const shared_event& event, std::size_t seat_count,
                    instant steady);
  void gather(const effect& what, const shared_event& event);
  bool is_named(const presence_changed& news) const;
  bool concerns_gathered(const effect& what) const;
  bool comes_or_goes(const participant_id& who) const;

  std::uint32_t wide_seats_min_;
  instant quiet_until_ = 0; ///< A pace after what was told last.
  std::vector<shared_event> steps_;
  std::size_t entry_count_ = 0;
  std::unordered_map<participant_id, std::size_t> told_;
  /// Who is gathered; and whether it comes or goes, rather than that it changes.
  std::unordered_map<participant_id, bool> named_;
};

} // namespace greenroom
