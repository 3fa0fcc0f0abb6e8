// Who and where: the names that every layer passes along unread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace greenroom {

/// Unix time in milliseconds, as the node's clock port reads it. Durations are
/// plain integers too, in variables whose names end in `_ms`.
using instant = std::int64_t;

/// Names one participant while its seat lives, resumes included: a UUIDv4,
/// minted by the node that accepted the join, so two joins never share one.
///
/// Held as 16 bytes rather than as text, as it is copied with every message.
/// Its order is the order of its text, which decides who offers in a mesh.
class participant_id {
public:
  static constexpr std::size_t text_size = 36;

  /// The nil id: nobody.
  constexpr participant_id() = default;

  /// Makes a version 4 id of 128 random bits, of which 122 are kept.
  static participant_id from_random(std::uint64_t high, std::uint64_t low);

  /// Reads the canonical form: 36 characters, lower-case hexadecimal.
  /// @returns Nothing for any other text, upper case included: an id is echoed
  ///          by clients, never typed by people.
  static std::optional<participant_id> parse(std::string_view text);

  static constexpr participant_id from_bits(std::uint64_t high, std::uint64_t low) {
    participant_id result;
    result.high_ = high;
    result.low_ = low;
    return result;
  }

  /// Writes exactly `text_size` characters, without a terminator.
  void write_to(char* out) const;

  std::string to_string() const;

  constexpr std::uint64_t high() const { return high_; }
  constexpr std::uint64_t low() const { return low_; }
  constexpr bool is_nil() const { return high_ == 0 && low_ == 0; }

  constexpr auto operator<=>(const participant_id&) const = default;

private:
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

/// Names a room within the whole cluster. Chosen by its users.
struct room_id {
  std::string value; ///< See `is_valid_room_id`.
  auto operator<=>(const room_id&) const = default;
};

/// @returns Whether `text` may name a room: 1..128 bytes of UTF-8 without
///          control characters and without '/', as it stands in a URL path.
bool is_valid_room_id(std::string_view text);

} // namespace greenroom

template <>
struct std::hash<greenroom::participant_id> {
  std::size_t operator()(const greenroom::participant_id& id) const noexcept {
    return static_cast<std::size_t>(id.high() ^ id.low()); // Random bits already.
  }
};

template <>
struct std::hash<greenroom::room_id> {
  std::size_t operator()(const greenroom::room_id& id) const noexcept {
    return std::hash<std::string>{}(id.value);
  }
};
