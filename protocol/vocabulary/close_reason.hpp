// Why a session or a connection ended: one list, and one table to wire codes.
#pragma once

#include <cstdint>
#include <string_view>

namespace greenroom {

/// Why the server ends a connection, whatever topics it carries.
enum class close_reason : std::uint8_t {
  malformed,   ///< Text that is no message of the dialect.
  unsupported, ///< A binary message, where the dialect has none.
  too_big,     ///< A message above `limits::message_bytes_max`.
  slow,        ///< Did not read; its outbox reached its bound.
  idle,        ///< Nothing was heard for the idle timeout.
  stopping,    ///< The server stops or restarts.
};

/// @returns The WebSocket close code (RFC 6455, section 7.4). Never 1000:
///          Phoenix clients up to 1.8.15 do not come back after that.
constexpr std::uint16_t wire_code(close_reason reason) {
  switch (reason) {
    case close_reason::malformed: return 1007;
    case close_reason::unsupported: return 1003;
    case close_reason::too_big: return 1009;
    case close_reason::slow: return 1013;
    case close_reason::idle: return 1001;
    case close_reason::stopping: return 1012;
  }
  return 1011;
}

/// @returns The reason as it stands in the close frame and in logs.
constexpr std::string_view to_string(close_reason reason) {
  switch (reason) {
    case close_reason::malformed: return "malformed message";
    case close_reason::unsupported: return "binary messages are not supported";
    case close_reason::too_big: return "message too big";
    case close_reason::slow: return "slow reader";
    case close_reason::idle: return "idle timeout";
    case close_reason::stopping: return "server restarting";
  }
  return "unknown";
}

/// Why a session ended although its client did not ask for it.
enum class end_reason : std::uint8_t {
  superseded, ///< The participant resumed on a newer connection.
  room_lost,  ///< The room's process died; the client should rejoin.
};

} // namespace greenroom
