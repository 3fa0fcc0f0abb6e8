// Finds the few bytes of a JSON string that mean something, many at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace greenroom::wire {

namespace json_bytes {

constexpr std::uint64_t in_each_byte(std::uint64_t value) {
  return value * 0x0101010101010101;
}

/// @returns The top bit of each byte of `word` that is below `bound`, which is 1..128,
///          and maybe of bytes above such a one. A byte from 0x80 up is not below.
constexpr std::uint64_t bytes_below(std::uint64_t word, std::uint64_t bound) {
  return (word - in_each_byte(bound)) & ~word & in_each_byte(0x80);
}

/// @returns The top bit of the lowest byte that is special, and maybe of others above.
constexpr std::uint64_t special_bytes(std::uint64_t word) {
  return bytes_below(word, 0x20) | bytes_below(word ^ in_each_byte('"'), 1)
         | bytes_below(word ^ in_each_byte('\\'), 1);
}

constexpr bool is_special(unsigned char byte) {
  return byte < 0x20 || byte == '"' || byte == '\\';
}

/// Compilers turn these into what the processor has.
using block [[gnu::vector_size(16)]] = unsigned char;
using signed_block [[gnu::vector_size(16)]] = signed char;
using block_halves [[gnu::vector_size(16)]] = std::uint64_t;

constexpr std::ptrdiff_t block_size = sizeof(block);

/// @returns Where the first of the 16 bytes at `at` is that is special, or not ASCII;
///          16 if none is.
template <bool StopsAtNonAscii>
int special_in_block(const char* at) {
  block bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  auto found = (bytes == '"') | (bytes == '\\');
  if constexpr (StopsAtNonAscii)
    found |= std::bit_cast<signed_block>(bytes) < 0x20; // What is not ASCII is negative.
  else
    found |= bytes < 0x20;
  block_halves halves;
  std::memcpy(&halves, &found, sizeof halves);
  if ((halves[0] | halves[1]) == 0)
    return block_size;
  return (halves[0] != 0 ? std::countr_zero(halves[0]) : 64 + std::countr_zero(halves[1]))
         / 8;
}

/// @returns The top bit of the first special byte of the 8 at `at`, and maybe of others
///          above; zero if none is.
template <bool StopsAtNonAscii>
std::uint64_t special_in_word(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return special_bytes(word) | (StopsAtNonAscii ? word & in_each_byte(0x80) : 0);
}

} // namespace json_bytes

/// Control characters, quotes and backslashes are special; so is what is not ASCII, if
/// that is asked for. What is left at the end is looked at together with what came before
/// it, which is known not to be special.
/// @returns Where the first special byte is, or `end`.
template <bool StopsAtNonAscii>
const char* find_special(const char* at, const char* end) {
  using namespace json_bytes;
  static_assert(std::endian::native == std::endian::little);
  const auto size = end - at;
  for (; end - at >= block_size; at += block_size)
    if (const int found = special_in_block<StopsAtNonAscii>(at); found < block_size)
      return at + found;
  if (at == end)
    return end;
  if (size > block_size)
    return end - block_size + special_in_block<StopsAtNonAscii>(end - block_size);
  if (size >= 8) {
    if (const auto found = special_in_word<StopsAtNonAscii>(at); found != 0)
      return at + std::countr_zero(found) / 8;
    const auto found = special_in_word<StopsAtNonAscii>(end - 8);
    return found != 0 ? end - 8 + std::countr_zero(found) / 8 : end;
  }
  for (; at != end; ++at) {
    const auto byte = static_cast<unsigned char>(*at);
    if (is_special(byte) || (StopsAtNonAscii && byte >= 0x80))
      break;
  }
  return at;
}

} // namespace greenroom::wire
