// Counting and checking text. Lengths that people see are in code points.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace greenroom {

/// @returns Whether `text` is well-formed UTF-8 (RFC 3629: no overlong form,
///          no surrogate, nothing above U+10FFFF).
bool is_utf8(std::string_view text);

/// What a text that is still coming in amounts to.
struct utf8_progress {
  std::size_t size = 0;   ///< Bytes up to which it is well-formed, to whole characters.
  bool is_broken = false; ///< Nothing that may follow makes it well-formed.
};
utf8_progress check_utf8(std::string_view begun);

/// Counts code points, so that an emoji counts once whatever its bytes.
/// Elixir's `String.length` counts graphemes instead: a family emoji is one
/// there and seven here. See protocol/wire/phoenix.md.
/// @pre `text` is well-formed UTF-8.
std::size_t code_point_count(std::string_view text);

/// Base 64 with the URL-safe alphabet and no padding (RFC 4648, section 5).
std::string base64url(std::string_view bytes);

/// Decodes base 64 of either alphabet, with or without padding.
/// @returns false, with `out` unspecified, for anything else.
bool decode_base64url(std::string_view text, std::string& out);

} // namespace greenroom
