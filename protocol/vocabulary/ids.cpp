#include "protocol/vocabulary/ids.hpp"

#include "protocol/vocabulary/limits.hpp"
#include "protocol/vocabulary/text.hpp"

namespace greenroom {

namespace {

constexpr char digits[] = "0123456789abcdef";

constexpr bool is_dash_position(std::size_t at) {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

/// @returns 0..15, or -1 for what is not a lower-case hexadecimal digit.
constexpr int digit_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return -1;
}

} // namespace

participant_id participant_id::from_random(std::uint64_t high, std::uint64_t low) {
  high = (high & ~std::uint64_t{0xF000}) | 0x4000;                    // Version 4.
  low = (low & ~(std::uint64_t{3} << 62)) | (std::uint64_t{2} << 62); // RFC 4122 variant.
  return from_bits(high, low);
}

std::optional<participant_id> participant_id::parse(std::string_view text) {
  if (text.size() != text_size)
    return std::nullopt;
  std::array<std::uint64_t, 2> words{};
  std::size_t nibble = 0;
  for (std::size_t at = 0; at < text_size; ++at) {
    if (is_dash_position(at)) {
      if (text[at] != '-')
        return std::nullopt;
      continue;
    }
    const int value = digit_value(text[at]);
    if (value < 0)
      return std::nullopt;
    auto& word = words[nibble++ / 16];
    word = (word << 4) | static_cast<std::uint64_t>(value);
  }
  return from_bits(words[0], words[1]);
}

void participant_id::write_to(char* out) const {
  std::size_t nibble = 0;
  for (std::size_t at = 0; at < text_size; ++at) {
    if (is_dash_position(at)) {
      out[at] = '-';
      continue;
    }
    const auto word = nibble < 16 ? high_ : low_;
    out[at] = digits[(word >> (60 - 4 * (nibble % 16))) & 15];
    ++nibble;
  }
}

std::string participant_id::to_string() const {
  std::string result(text_size, '\0');
  write_to(result.data());
  return result;
}

bool is_valid_room_id(std::string_view text) {
  if (text.empty() || text.size() > limits::room_id_bytes_max)
    return false;
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '/')
      return false;
  return is_utf8(text);
}

} // namespace greenroom
