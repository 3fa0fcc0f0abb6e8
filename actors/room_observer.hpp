#pragma once

#include <optional>
#include <string>

#include "actors/room_journal.hpp"
#include "protocol/room/flight_recorder.hpp"
#include "protocol/room/room_watch.hpp"

namespace greenroom {

/// Writes down what a room goes through: a line in the log for what an operator wants
/// to know, everything in the flight recorder.
class room_observer final : public room_watch {
public:
  /// @param room Outlives this, at the same place.
  room_observer(const room_state& room, journal_port& journal)
    : journal_(room, journal), recorder_(room) {}

  void asked(const room_state& room, const join_room& command, instant now) override;
  void asked(const room_state& room, const apply_push& command, instant now) override;
  void asked(const room_state& room, const leave_room& command, instant now) override;
  void asked(const room_state& room, const suspend_seat& command, instant now) override;
  void ticked(const room_state& room, instant now) override;
  void decided(const room_state& room, const effects& what) override;
  void replaced(const room_state& room) override { recorder_ = flight_recorder{room}; }

  /// The loss that is asked for next was a session's death.
  void blame_session() { how_ = "session died"; }

  /// See protocol/vocabulary/prefetch.hpp.
  void prefetch() const { recorder_.prefetch(); }

  std::string dump() const { return recorder_.dump(); }

private:
  void concern(const participant_id& who, std::string_view how);

  room_journal journal_;
  flight_recorder recorder_;
  // Of the command that was asked and is not decided yet.
  participant_id who_;   ///< Who would leave by it.
  std::string_view how_; ///< And what the log calls that; empty: as usual.
  std::size_t suspended_before_ = 0;
  bool is_push_ = false;
  std::optional<push_entry> push_line_;
};

} // namespace greenroom
