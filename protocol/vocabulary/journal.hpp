// What the server says of itself. Never an SDP, never a chat text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/vocabulary/ids.hpp"

namespace greenroom {

enum class severity : std::uint8_t { debug, info, warning, error };

/// One line of the log. Fields at their defaults are left out.
/// Source: seed 0, section 9 (`room_id from_id to_id event presences_count
/// bytes_estimate ts`).
struct journal_entry {
  severity level = severity::info;
  /// A stable name, such as "join", or the name of a push as the client sent it;
  /// adapters escape it.
  std::string_view event = {};
  std::string_view room_id = {}; ///< As the client sent it; likewise.
  participant_id from_id = {};
  participant_id to_id = {};
  std::string_view detail = {};  ///< A code or a short sentence.
  std::string_view address = {}; ///< The client's, where its connection speaks.
  std::int64_t presences_count = -1;
  std::int64_t bytes = -1;
  instant ts = 0; ///< When it happened, by the node's clock.
};

} // namespace greenroom
