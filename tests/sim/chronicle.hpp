// What has happened in a run: seats by the rooms' journals, pushes by the clients
// who made them. Checkers read it; nothing in a run depends on it.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "protocol/vocabulary/journal.hpp"
#include "protocol/vocabulary/messages.hpp"

namespace greenroom::sim {

/// Numbers a seat from the join that took it to the leave that gave it up, over
/// the whole run. Resumes keep it, a new room of the same name does not.
using seat_number = std::uint64_t;

/// Numbers one push of one client over the whole run; its text carries it.
using serial = std::uint64_t;

struct seat_record {
  seat_number number = 0;
  participant_id who;
  std::optional<instant> suspended_at; ///< By the world's clock.
  instant suspended_ts = 0;            ///< By the room's clock.
};

struct room_key {
  std::size_t node = 0;
  std::string room;
  auto operator<=>(const room_key&) const = default;
};

/// One life of a room: from its process's start to its end.
struct room_record {
  std::uint64_t incarnation = 0; ///< Zero: no process is known.
  std::map<participant_id, seat_record> seats;
};

/// One line of a room's journal, with what the chronicle makes of it.
struct room_note {
  const room_key& where;
  const journal_entry& line;
  std::uint64_t incarnation = 0;
  seat_record seat;               ///< Whose line it is, as it was before a leave.
  std::vector<seat_record> ended; ///< Seats that are no more.
};

enum class push_kind : std::uint8_t { signal, chat, media, refused };

struct push_record {
  std::size_t sender = 0; ///< The participant's number.
  seat_number from = 0;
  participant_id to;       ///< Of signals only.
  seat_number to_seat = 0; ///< That `to` had when the push was made, if any.
  push_kind kind = push_kind::chat;
};

class chronicle {
public:
  /// @param actor  Of the process that wrote the line; names the room's life.
  /// @param now    By the world's clock.
  room_note note(std::size_t node, std::uint64_t actor, const journal_entry& line,
                 instant now);

  /// All lives of a node's rooms have ended at once.
  std::vector<seat_record> bury(std::size_t node);

  /// Numbers a seat that no journal tells of.
  /// @param goes_on  It is the one that `who` had before, if any.
  seat_number occupy(const participant_id& who, bool goes_on);

  serial add(push_record push);
  const push_record& at(serial number) const { return pushes_[number - 1]; }
  std::size_t push_count() const { return pushes_.size(); }
  bool knows(serial number) const { return number >= 1 && number <= pushes_.size(); }

  const std::map<room_key, room_record>& rooms() const { return rooms_; }
  const room_record* find_room(const room_key& where) const;
  /// @returns Zero if `who` has no seat now.
  seat_number seat_of(const participant_id& who) const;
  /// @returns The seat that `who` has or had last.
  seat_number last_seat_of(const participant_id& who) const;

private:
  room_record& enter(const room_key& where, std::uint64_t actor, room_note& note);
  void end_all(room_record& room, std::vector<seat_record>& ended);
  void take_seat(room_record& room, room_note& note);

  std::map<room_key, room_record> rooms_;
  std::map<room_key, std::uint64_t> actors_;
  std::unordered_map<participant_id, seat_number> seat_of_, last_seat_of_;
  std::vector<push_record> pushes_;
  std::uint64_t incarnation_count_ = 0;
  seat_number seat_count_ = 0;
};

/// What a push says of itself wherever text fits, and how it is read again.
std::string text_of(serial number);
/// @returns Zero for other texts.
serial serial_in(std::string_view text);
/// @returns The serial that a push took as its `ref`; zero if it has none.
serial serial_in(const correlation& tag);
/// @returns The serial in an event that a push caused.
serial serial_in(const room_event& event);

} // namespace greenroom::sim
