#include "protocol/vocabulary/ids.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "protocol/vocabulary/limits.hpp"
#include "protocol/vocabulary/text.hpp"

namespace greenroom {

namespace {

/// Sixteen at once: compilers turn these into what the processor has.
using block [[gnu::vector_size(16)]] = unsigned char;
using pair_block [[gnu::vector_size(16)]] = std::uint16_t;

static_assert(std::endian::native == std::endian::little);

/// Digits of an id, without the dashes.
using digit_row = std::array<char, 32>;

digit_row without_dashes(const char* text) {
  digit_row row;
  std::memcpy(row.data(), text, 8);
  std::memcpy(row.data() + 8, text + 9, 4);
  std::memcpy(row.data() + 12, text + 14, 4);
  std::memcpy(row.data() + 16, text + 19, 4);
  std::memcpy(row.data() + 20, text + 24, 12);
  return row;
}

void write_with_dashes(const digit_row& row, char* text) {
  std::memcpy(text, row.data(), 8);
  std::memcpy(text + 9, row.data() + 8, 4);
  std::memcpy(text + 14, row.data() + 12, 4);
  std::memcpy(text + 19, row.data() + 16, 4);
  std::memcpy(text + 24, row.data() + 20, 12);
  text[8] = text[13] = text[18] = text[23] = '-';
}

bool has_dashes(std::string_view text) {
  return text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
}

/// @param values Below 16.
block digits_of(block values) {
  constexpr int from_9_to_a = 'a' - '9' - 1;
  const block are_letters = values > 9;
  return values + '0' + (are_letters & from_9_to_a);
}

/// @param faults Not zero afterwards where a character is no digit.
block values_of(block digits, block& faults) {
  const block decimal = digits - '0', letter = digits - 'a';
  const block is_decimal = decimal < 10, is_letter = letter < 6;
  faults |= ~(is_decimal | is_letter);
  return (is_decimal & decimal) | (is_letter & (letter + 10));
}

/// @returns In the low half of each pair, the byte that its two values are.
pair_block joined(block values) {
  const auto pairs = std::bit_cast<pair_block>(values);
  return ((pairs << 4) | (pairs >> 8)) & 0xFF;
}

block load(const void* from) {
  block result;
  std::memcpy(&result, from, sizeof result);
  return result;
}

} // namespace

participant_id participant_id::from_random(std::uint64_t high, std::uint64_t low) {
  high = (high & ~std::uint64_t{0xF000}) | 0x4000;                    // Version 4.
  low = (low & ~(std::uint64_t{3} << 62)) | (std::uint64_t{2} << 62); // RFC 4122 variant.
  return from_bits(high, low);
}

std::optional<participant_id> participant_id::parse(std::string_view text) {
  if (text.size() != text_size || !has_dashes(text))
    return std::nullopt;
  const auto row = without_dashes(text.data());
  block faults{};
  const auto high = joined(values_of(load(row.data()), faults));
  const auto low = joined(values_of(load(row.data() + sizeof(block)), faults));
  const auto either = std::bit_cast<std::array<std::uint64_t, 2>>(faults);
  if ((either[0] | either[1]) != 0)
    return std::nullopt;
  const auto bytes = __builtin_shufflevector(std::bit_cast<block>(high),
                                             std::bit_cast<block>(low), 0, 2, 4, 6, 8, 10,
                                             12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(bytes);
  return from_bits(__builtin_bswap64(words[0]), __builtin_bswap64(words[1]));
}

void participant_id::write_to(char* out) const {
  const std::array words{__builtin_bswap64(high_), __builtin_bswap64(low_)};
  const auto bytes = std::bit_cast<block>(words);
  const auto firsts = digits_of(bytes >> 4), seconds = digits_of(bytes & 15);
  const std::array rows{__builtin_shufflevector(firsts, seconds, 0, 16, 1, 17, 2, 18, 3,
                                                19, 4, 20, 5, 21, 6, 22, 7, 23),
                        __builtin_shufflevector(firsts, seconds, 8, 24, 9, 25, 10, 26, 11,
                                                27, 12, 28, 13, 29, 14, 30, 15, 31)};
  write_with_dashes(std::bit_cast<digit_row>(rows), out);
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
