// One message of a Phoenix client, taken apart: the envelope, and those members
// of the payload that any event of ours has.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/wire/phoenix.hpp"

namespace greenroom::wire {

/// A JSON value as far as we look at it. Of arrays and objects only the kind is
/// kept.
struct json_value {
  enum class kind : std::uint8_t { absent, null, boolean, number, string, array, object };

  kind type = kind::absent;
  bool truth = false;
  bool is_verbatim = false; ///< `text` stands as in the message, between its quotes.
  /// So many characters of `text` are still written as short escapes. Only of what
  /// nobody here reads, once a frame is taken apart.
  std::uint32_t escape_count = 0;
  std::string_view text{}; ///< A string's content, or a number as it was written.

  bool is(kind other) const { return type == other; }
  std::optional<std::int64_t> as_integer() const;
  /// @returns Bytes of `text` without its escapes.
  std::size_t size() const { return text.size() - escape_count; }
  /// @returns Whether both mean the same, however they were written.
  bool operator==(const json_value& other) const {
    return type == other.type && truth == other.truth && text == other.text
           && escape_count == other.escape_count;
  }
};

/// The members of payloads that some event reads. All others are dropped.
enum class field : std::uint8_t {
  room_id,
  display_name,
  resume,
  last_seq,
  to_id,
  sdp,
  candidate,
  sdp_mid,
  sdp_m_line_index,
  end_of_candidates,
  audio_muted,
  video_enabled,
  screensharing,
  text,
  device_info,
  audio_device_id, ///< Within `device_info`, like the next.
  video_device_id,
};
inline constexpr std::size_t field_count = 17;

/// @returns The member of that name which a payload itself may have.
std::optional<field> payload_field(std::string_view name);

/// @returns The field's name in messages.
std::string_view name_of(field which);

/// Views into the message that it was parsed from.
struct phoenix_frame {
  json_value join_ref; ///< V2 only.
  json_value ref;
  json_value topic;
  json_value event;
  json_value payload;
  std::array<json_value, field_count> fields;

  const json_value& operator[](field which) const {
    return fields[static_cast<std::size_t>(which)];
  }
  bool operator==(const phoenix_frame&) const = default;
};

/// Takes `text` apart, in place: the frame's views point into it. Time is linear
/// in its length; memory does not depend on it.
/// @param text Needs not be UTF-8. Unspecified afterwards.
/// @returns Nothing unless the text is JSON in UTF-8, nested no deeper than
///          `limits::json_depth_max`, and an envelope whose parts have the types
///          and sizes that the protocol page gives. Payloads are not judged.
std::optional<phoenix_frame> parse_frame(std::string& text, phoenix_version version);

/// The same by the general parser alone, which knows all of JSON. `parse_frame` asks it
/// about what is not written as usual.
std::optional<phoenix_frame> parse_any_frame(std::string& text, phoenix_version version);

/// @returns A `ref` as its JSON text, quotes included; empty for null.
std::string literal_of(const json_value& ref);

} // namespace greenroom::wire
