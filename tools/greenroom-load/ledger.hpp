// The books of one room: what was sent, and what was heard of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "tools/greenroom-load/marker.hpp"
#include "tools/greenroom-load/violations.hpp"

namespace greenroom::load {

enum class traffic : std::uint8_t { signal, chat, media };
inline constexpr std::size_t traffic_count = 3;

/// A value: knows no socket and no clock. People come and go, so a place of the
/// room is held by one generation after the other. What was under way to somebody
/// who left is excused; what somebody said before an orderly leave is not.
class ledger {
public:
  /// @param first_seat The number of the room's first place among all seats.
  ledger(std::uint32_t first_seat, std::size_t size);

  // -- who is there, as far as the clients know ----------------------------------

  /// The participant was told that it is in.
  void begin_stay(const stay_name& who);

  /// @param is_orderly Whether what it said before must still arrive: it left, and
  ///                   did not just vanish.
  void end_stay(const stay_name& who, bool is_orderly);

  bool is_present(const stay_name& who) const;
  std::size_t present_count() const { return present_count_; }

  // -- what is said --------------------------------------------------------------

  /// Books a message. @returns Its number, for its marker.
  std::uint32_t book_signal(const stay_name& from, const stay_name& to);
  std::uint32_t book_broadcast(traffic kind, const stay_name& from);

  /// @returns Whether it was heard for the first time, by whom it was meant for.
  bool hear(traffic kind, const stay_name& receiver, const marker& what);

  // -- what came of it -----------------------------------------------------------

  /// Whether all has arrived that must.
  bool is_settled() const { return missing_now() == 0; }

  /// @param is_over Nothing more is to come, so what is missing is lost.
  violations found(bool is_over) const;

  /// Media updates that a later one has replaced, which is allowed.
  std::uint64_t merged() const { return merged_; }

private:
  /// What one participant has sent.
  struct sender {
    bool is_present = false;
    bool is_orderly = true;
    std::uint16_t generation = 0;
    std::uint32_t broadcasts[traffic_count] = {};
    std::vector<std::pair<std::uint16_t, std::uint32_t>> signals; ///< By target's place.
  };

  /// What one participant has heard from one place.
  struct entry {
    std::uint16_t generation = 0;
    bool is_open = false;    ///< The first number may lie below `next`.
    bool is_touched = false; ///< Something was heard.
    std::uint32_t next = 0;
  };

  /// Traffic, receiver, sender, number.
  using gap = std::tuple<traffic, std::uint32_t, std::uint16_t, std::uint32_t,
                         std::uint16_t, std::uint32_t>;

  std::size_t place_of(const stay_name& who) const { return who.seat - first_seat_; }
  std::vector<entry>& entries(traffic kind, std::size_t place);
  const sender* find(std::size_t place, std::uint16_t generation) const;
  std::uint32_t sent(const sender& from, traffic kind, const stay_name& to) const;
  /// @returns How many are missing of what a place has said to the receiver, in the
  ///          generations from that of `heard` up to `until`, excluded.
  std::uint64_t missing(traffic kind, const stay_name& receiver, std::size_t place,
                        const entry& heard, std::uint32_t until) const;
  std::uint64_t missing_now() const;
  bool hear_number(traffic kind, const stay_name& receiver, const marker& what,
                   entry& heard);

  std::uint32_t first_seat_;
  std::size_t present_count_ = 0;
  std::vector<sender> now_; ///< By place.
  std::map<std::pair<std::size_t, std::uint16_t>, sender> ended_;
  std::vector<std::vector<entry>> heard_[traffic_count]; ///< By receiver, by sender.
  std::set<gap> gaps_;
  violations found_;
  std::uint64_t merged_ = 0;
};

} // namespace greenroom::load
