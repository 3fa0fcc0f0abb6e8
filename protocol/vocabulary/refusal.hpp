// A command's stable, documented no. Codes never change their meaning.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace greenroom {

/// The room has no free seat; suspended seats count.
struct capacity_reached {
  std::uint32_t limit = 0;
};

/// The payload breaks the protocol page; `reasons` says where, one sentence
/// per fault, each beginning with the field's name.
struct invalid_payload {
  std::string event; ///< As the client named it.
  std::vector<std::string> reasons;
};

/// Nobody of this id is in the room.
struct unknown_peer {
  std::string to_id; ///< As the client wrote it.
};

/// The command needs a seat in the room, and its sender has none.
struct not_in_room {};

/// The node cannot do it now, but may soon.
struct unavailable {
  std::int64_t retry_after_ms = 0;
};

using refusal = std::variant<capacity_reached, invalid_payload, unknown_peer, not_in_room,
                             unavailable>;

/// @returns The code that clients and logs see, such as "capacity".
std::string_view code_of(const refusal& reason);

} // namespace greenroom
