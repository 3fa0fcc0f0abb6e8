#include "protocol/vocabulary/ids.hpp"

#include <cstring>

#include "protocol/vocabulary/limits.hpp"
#include "protocol/vocabulary/text.hpp"

namespace greenroom {

namespace {

constexpr char digits[] = "0123456789abcdef";
constexpr std::uint8_t no_digit = 0xFF;

/// Where each byte of an id stands in its text; dashes stand between.
constexpr std::array<std::uint8_t, 16> places{0,  2,  4,  6,  9,  11, 14, 16,
                                              19, 21, 24, 26, 28, 30, 32, 34};
constexpr std::array<std::uint8_t, 4> dashes{8, 13, 18, 23};

constexpr std::array<std::uint8_t, 256> digit_values() {
  std::array<std::uint8_t, 256> result{};
  result.fill(no_digit);
  for (std::uint8_t value = 0; value < 16; ++value)
    result[static_cast<unsigned char>(digits[value])] = value;
  return result;
}

constexpr auto values = digit_values();

using digit_pair = std::array<char, 2>;

constexpr std::array<digit_pair, 256> digit_pairs() {
  std::array<digit_pair, 256> result{};
  for (std::size_t byte = 0; byte < result.size(); ++byte)
    result[byte] = {digits[byte >> 4], digits[byte & 15]};
  return result;
}

constexpr auto pairs = digit_pairs();

std::uint8_t value_of(char digit) {
  return values[static_cast<unsigned char>(digit)];
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
  for (const auto at : dashes)
    if (text[at] != '-')
      return std::nullopt;
  std::array<std::uint64_t, 2> words{};
  std::uint8_t faults = 0; // Values are below 16, so what is none shows above.
  for (std::size_t byte = 0; byte < places.size(); ++byte) {
    const auto high = value_of(text[places[byte]]),
               low = value_of(text[places[byte] + 1u]);
    faults |= high | low;
    auto& word = words[byte / 8];
    word = word << 8 | static_cast<std::uint64_t>(high) << 4 | low;
  }
  if (faults > 15)
    return std::nullopt;
  return from_bits(words[0], words[1]);
}

void participant_id::write_to(char* out) const {
  for (const auto at : dashes)
    out[at] = '-';
  for (std::size_t byte = 0; byte < 8; ++byte) {
    const auto shift = 56 - 8 * byte;
    std::memcpy(out + places[byte], &pairs[(high_ >> shift) & 0xFF], sizeof(digit_pair));
    std::memcpy(out + places[byte + 8], &pairs[(low_ >> shift) & 0xFF],
                sizeof(digit_pair));
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
