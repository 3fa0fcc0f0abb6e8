#include "protocol/vocabulary/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace greenroom {

namespace {

constexpr bool is_continuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

/// Skips ASCII many bytes at a time, as nearly all text of ours is.
const unsigned char* skip_ascii(const unsigned char* at, const unsigned char* end) {
  for (std::uint64_t words[4]; end - at >= 32; at += 32) {
    std::memcpy(words, at, sizeof words);
    if (((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080) != 0)
      break;
  }
  for (std::uint64_t word; end - at >= 8; at += 8) {
    std::memcpy(&word, at, sizeof word);
    if ((word & 0x8080808080808080) != 0)
      break;
  }
  while (at != end && *at < 0x80)
    ++at;
  return at;
}

/// What a lead byte promises (RFC 3629, section 4).
struct sequence {
  std::size_t size = 0; ///< Zero: no lead byte.
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xBF;
};

/// The second byte's range rules out overlong forms, surrogates and what lies
/// above U+10FFFF.
constexpr sequence sequence_of(unsigned char lead) {
  if (lead >= 0xC2 && lead <= 0xDF)
    return {2};
  if (lead == 0xE0)
    return {3, 0xA0, 0xBF};
  if (lead == 0xED)
    return {3, 0x80, 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF)
    return {3};
  if (lead == 0xF0)
    return {4, 0x90, 0xBF};
  if (lead >= 0xF1 && lead <= 0xF3)
    return {4};
  if (lead == 0xF4)
    return {4, 0x80, 0x8F};
  return {};
}

constexpr char alphabet[]
  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr unsigned char no_digit = 0xFF;

constexpr std::array<unsigned char, 256> digit_values() {
  std::array<unsigned char, 256> result{};
  result.fill(no_digit);
  for (unsigned char value = 0; value < 64; ++value)
    result[static_cast<unsigned char>(alphabet[value])] = value;
  result['+'] = 62; // The standard alphabet differs in these two.
  result['/'] = 63;
  return result;
}

constexpr auto digits = digit_values();

/// @returns `text` without padding; nothing fits a length that none can have.
std::string_view without_padding(std::string_view text) {
  if (text.size() % 4 != 0)
    return text;
  for (int count = 0; count < 2 && text.ends_with('='); ++count)
    text.remove_suffix(1);
  return text;
}

} // namespace

utf8_progress check_utf8(std::string_view begun) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(begun.data());
  const auto* const end = begin + begun.size();
  const auto* at = begin;
  const auto here = [&](bool is_broken) {
    return utf8_progress{static_cast<std::size_t>(at - begin), is_broken};
  };
  while ((at = skip_ascii(at, end)) != end) {
    const auto expected = sequence_of(*at);
    const auto size = std::min(expected.size, static_cast<std::size_t>(end - at));
    if (size == 0)
      return here(true);
    if (size > 1 && (at[1] < expected.second_min || at[1] > expected.second_max))
      return here(true);
    for (std::size_t next = 2; next < size; ++next)
      if (!is_continuation(at[next]))
        return here(true);
    if (size < expected.size)
      return here(false);
    at += size;
  }
  return here(false);
}

bool is_utf8(std::string_view text) {
  return check_utf8(text).size == text.size();
}

std::size_t code_point_count(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text)
    count += !is_continuation(static_cast<unsigned char>(byte));
  return count;
}

std::string base64url(std::string_view bytes) {
  std::string result;
  result.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(byte);
    for (bit_count += 8; bit_count >= 6; bit_count -= 6)
      result.push_back(alphabet[(bits >> (bit_count - 6)) & 63]);
  }
  if (bit_count > 0)
    result.push_back(alphabet[(bits << (6 - bit_count)) & 63]);
  return result;
}

bool decode_base64url(std::string_view text, std::string& out) {
  const auto digits_of_text = without_padding(text);
  out.clear();
  out.reserve(digits_of_text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (const char digit : digits_of_text) {
    const auto value = digits[static_cast<unsigned char>(digit)];
    if (value == no_digit)
      return false;
    bits = (bits << 6) | value;
    bit_count += 6;
    if (bit_count < 8)
      continue;
    bit_count -= 8;
    out.push_back(static_cast<char>((bits >> bit_count) & 0xFF));
  }
  // A digit too many, or bits that stand for nothing: one text per value.
  return bit_count < 6 && (bits & ((1u << bit_count) - 1)) == 0;
}

} // namespace greenroom
