// What a room tells the log. Ids, counts and sizes; never an SDP or a text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "actors/ports.hpp"
#include "protocol/room/room.hpp"

namespace greenroom {

/// What can be said of a push before it is applied and its content moves on.
struct push_entry {
  journal_entry line;
  std::string event; ///< For `line`; the client may have chosen it.
};

/// One room's entries, with what all of them have in common.
class room_journal {
public:
  room_journal(const room_state& room, journal_port& journal)
    : room_(room), journal_(journal) {}

  void joined(const admission& seat) const;
  /// Debug: the connection tells of it too, as it does of refusals that no room made.
  void refused(const participant_id& who, const join_refused& answer) const;
  /// Everybody who lost a seat by what a room decided upon a command: `who`, whom
  /// the command was about, and those whose resume window was over by then.
  /// @param how "left", "lost", "replaced" or "session died".
  void departed(const effects& decided, const participant_id& who,
                std::string_view how) const;
  void suspended(const participant_id& who) const;
  /// @returns Nothing unless the log wants such detail.
  std::optional<push_entry> push_line(const apply_push& command) const;
  void pushed(const push_entry& push, const effects& decided) const;
  /// Debug: how the roster changed.
  void presence(const effects& decided) const;

private:
  journal_entry entry(severity level, std::string_view event) const;

  const room_state& room_;
  journal_port& journal_;
};

} // namespace greenroom
