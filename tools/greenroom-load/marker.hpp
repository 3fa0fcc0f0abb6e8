// The numbers that a message carries through the server, so that its receiver
// can tell what it is, and whether it should be here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace greenroom::load {

/// One participant's stay. A seat is a place of a room, and is taken by one after
/// the other; generations tell them apart.
struct stay_name {
  std::uint32_t seat = 0;
  std::uint16_t generation = 0;
  bool operator==(const stay_name&) const = default;
};

struct marker {
  stay_name from;
  stay_name to; ///< Of a broadcast: the sender again.
  std::uint32_t number = 0;
  std::int64_t due_ns = 0; ///< Since the program's start.
};

/// Of fixed width, so that it can be written over another, and made of what no
/// JSON writer and no HTML writer escapes.
inline constexpr std::size_t marker_bytes = 42;
inline constexpr std::uint32_t seat_count_max = 1 << 24;

std::array<char, marker_bytes> encode(const marker& what);

/// @returns The first marker of `text`, if there is one.
std::optional<marker> find_marker(std::string_view text);

/// A display name that says who it is.
inline constexpr std::size_t name_bytes = 15;
std::array<char, name_bytes> encode(const stay_name& who);
std::optional<stay_name> decode_name(std::string_view text);

/// Writes `value` as hexadecimal digits, so many.
void write_hex(char* at, std::uint64_t value, int digits);

} // namespace greenroom::load
