// What a room went through lately, so that it can be gone through once more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/room/room.hpp"
#include "protocol/vocabulary/prefetch.hpp"

namespace greenroom {

/// @returns A digest of what was decided, the same for what a replay decides. Of
///          texts it takes the sizes only, as recordings hold no more of them.
std::uint32_t digest_of(const effects& decided);

/// Keeps a snapshot of one room and every command since, and gives them as lines of text
/// that `read_flights` reads. Of what people typed and what their browsers said (names,
/// texts, SDP, candidates, device ids, refs) it keeps sizes, and of some a hash.
///
/// When the commands outgrow their bound, a new snapshot is taken, and the commands
/// since the last one are kept for as long again: a dump tells of at least
/// `limits::flight_bytes_max` of commands, if there were so many. As a snapshot is
/// taken only when the commands weigh as much as the last one, a command costs the
/// same however much a room holds. Signals, which are nearly all that a room applies, are
/// put into words for a dump only.
class flight_recorder {
public:
  explicit flight_recorder(const room_state& room);

  // -- before a command is applied --------------------------------------------------

  void take(const room_state& room, const join_room& command, instant now);
  void take(const room_state& room, const apply_push& command, instant now);
  void take(const room_state& room, const leave_room& command, instant now);
  void take(const room_state& room, const suspend_seat& command, instant now);
  void take_tick(const room_state& room, instant now);

  // -- and after ----------------------------------------------------------------------

  void decided(const effects& what);

  /// Between commands only. Takes about a thousand instructions for each signal.
  std::string dump() const;

  /// A command will be taken soon, see protocol/vocabulary/prefetch.hpp.
  void prefetch() const {
    constexpr std::size_t signal_bytes = 128;
    const auto& written = latest_.commands;
    greenroom::prefetch(written.data() + written.size(), signal_bytes);
  }

  /// @returns What it occupies.
  std::size_t bytes() const;

private:
  /// A snapshot and what followed it.
  struct leg {
    std::string snapshot;
    std::string commands; ///< Lines, and signals between them, which are packed.
  };

  /// Sees to it that there is room for another command.
  void begin(const room_state& room);
  void begin(const room_state& room, std::string_view verb, instant now);

  leg former_, latest_;
  bool is_packed_ = false; ///< The command that was taken and is not decided yet.
};

} // namespace greenroom
