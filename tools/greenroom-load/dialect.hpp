// What carries the Phoenix messages: WebSocket alone, or Socket.IO within it.
#pragma once

#include <string_view>

namespace greenroom::load {

struct dialect {
  std::string_view name;
  std::string_view path;   ///< Unless the URL has one.
  std::string_view prefix; ///< Before each message.
  std::string_view suffix;
  /// Engine.IO's own handshake and pings come first.
  bool has_engine = false;
};

inline constexpr dialect phoenix_dialect{"phoenix", "/socket/websocket?vsn=2.0.0", "", "",
                                         false};

/// Messages are the one argument of an event of Socket.IO, "m".
inline constexpr dialect socket_io_dialect{
  "socket.io", "/socket.io/?EIO=4&transport=websocket", "42[\"m\",", "]", true};

inline constexpr const dialect* dialects[]{&phoenix_dialect, &socket_io_dialect};

} // namespace greenroom::load
