// Text of any kind: what one function writes the other reads, and what is judged
// well-formed decodes to itself.
#include <cstddef>
#include <cstdint>
#include <string>

#include "protocol/vocabulary/ids.hpp"
#include "protocol/vocabulary/invariant.hpp"
#include "protocol/vocabulary/text.hpp"

using namespace greenroom;

/// Decodes the slow and plain way; the opposite of the code under test.
static bool decodes(std::string_view text, std::size_t& count) {
  for (std::size_t at = 0; at < text.size(); ++count) {
    const auto byte = [&](std::size_t offset) -> std::uint32_t {
      return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset])
                                       : 0;
    };
    const auto tail = [&](std::size_t offset) { return (byte(offset) & 0xC0) == 0x80; };
    std::uint32_t code_point = byte(0);
    std::size_t size = 1;
    std::uint32_t smallest = 0;
    if (code_point >= 0xC0 && code_point < 0xE0 && tail(1)) {
      code_point = (code_point & 0x1F) << 6 | (byte(1) & 0x3F);
      size = 2;
      smallest = 0x80;
    } else if (code_point >= 0xE0 && code_point < 0xF0 && tail(1) && tail(2)) {
      code_point = (code_point & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
      size = 3;
      smallest = 0x800;
    } else if (code_point >= 0xF0 && code_point < 0xF8 && tail(1) && tail(2) && tail(3)) {
      code_point = (code_point & 0x07) << 18 | (byte(1) & 0x3F) << 12
                   | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
      size = 4;
      smallest = 0x10000;
    } else if (code_point >= 0x80) {
      return false;
    }
    if (code_point < smallest || code_point > 0x10FFFF
        || (code_point >= 0xD800 && code_point <= 0xDFFF))
      return false;
    at += size;
  }
  return true;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};

  std::size_t count = 0;
  const bool expected = decodes(text, count);
  invariant(is_utf8(text) == expected);
  if (expected)
    invariant(code_point_count(text) == count);

  std::string decoded;
  invariant(decode_base64url(base64url(text), decoded) && decoded == text);
  if (decode_base64url(text, decoded)) {
    std::string again;
    invariant(decode_base64url(base64url(decoded), again) && again == decoded);
  }

  if (const auto id = participant_id::parse(text))
    invariant(id->to_string() == text);
  if (is_valid_room_id(text))
    invariant(expected && size >= 1 && size <= 128);
  return 0;
}
