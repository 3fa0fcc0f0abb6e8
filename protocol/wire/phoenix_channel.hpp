// One join of one topic, from its `phx_join` to its last word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/vocabulary/limits.hpp"
#include "protocol/vocabulary/messages.hpp"
#include "protocol/wire/dialect.hpp"

namespace greenroom::wire {

/// A push that waits for its join, or for credit.
struct parked_push {
  client_push push;
  instant since = 0;

  /// Counts the entry too, so that tiny pushes are bounded as well.
  std::size_t weight() const { return push.bytes + entry_bytes; }

  static constexpr std::size_t entry_bytes = 256;
};

struct phoenix_channel {
  enum class stage : std::uint8_t {
    waiting, ///< For an earlier channel of the topic to end.
    joining, ///< The session has not been let in yet.
    joined,
    parting, ///< The session was asked to leave.
  };

  /// The client's own `phx_leave`; from then on it hears only the answers that
  /// it is owed.
  struct leave_request {
    std::string ref;
    instant since = 0;
  };

  std::string topic;
  std::string join_ref; ///< As JSON text. In V1 the join's `ref`.
  std::string ref;      ///< Of the join.
  slot_id slot = 0;
  seat_key seat; ///< Set once joined.
  stage at = stage::waiting;
  instant since = 0; ///< When the join was read.

  /// What is to become of the join when its turn comes.
  std::variant<join_request, invalid_payload> join;

  std::optional<leave_request> leave;
  bool dismissed = false; ///< Replaced or given up: its client has no more use for it.
  bool sequenced = false; ///< Opted in to resume, so its events carry `seq`.

  /// The join that this one replaced; it is closed once this one is answered.
  std::optional<std::string> replaced_join_ref;

  std::list<parked_push> parked;
  std::uint32_t count_in_flight = 0;
  std::size_t bytes_in_flight = 0;

  std::string_view room() const { return std::string_view{topic}.substr(prefix.size()); }

  /// @returns Whether the client's next frames on this topic mean this channel.
  bool is_current() const { return !leave && !dismissed; }

  /// @returns Whether the room's events reach the client.
  bool listens() const { return at == stage::joined && is_current(); }

  bool has_credit() const {
    return count_in_flight < limits::commands_in_flight_max
           && bytes_in_flight < limits::command_bytes_in_flight_max;
  }

  static constexpr std::string_view prefix = "room:";
};

} // namespace greenroom::wire
