#include "tools/greenroom-load/marker.hpp"

#include <cstring>

namespace greenroom::load {

namespace {

constexpr char sign = '@';
constexpr std::string_view name_head = "load ";
constexpr int seat_digits = 6;
constexpr int generation_digits = 4;
constexpr int number_digits = 8;
constexpr int due_digits = 12; // Three days of nanoseconds.

/// Reads so many hexadecimal digits, and moves on; `good` is cleared by others.
std::uint64_t read_hex(const char*& at, int digits, bool& good) {
  std::uint64_t result = 0;
  for (; digits > 0; --digits, ++at) {
    const auto byte = static_cast<unsigned char>(*at);
    const auto digit = byte <= '9' ? byte - '0' : byte - 'a' + 10;
    good = good && digit >= 0 && digit < 16 && (byte <= '9' || byte >= 'a');
    result = result << 4 | static_cast<unsigned>(digit);
  }
  return result;
}

void write_name(char*& at, const stay_name& who) {
  write_hex(at, who.seat, seat_digits);
  write_hex(at + seat_digits, who.generation, generation_digits);
  at += seat_digits + generation_digits;
}

stay_name read_name(const char*& at, bool& good) {
  stay_name result;
  result.seat = static_cast<std::uint32_t>(read_hex(at, seat_digits, good));
  result.generation = static_cast<std::uint16_t>(read_hex(at, generation_digits, good));
  return result;
}

} // namespace

void write_hex(char* at, std::uint64_t value, int digits) {
  while (digits-- > 0) {
    at[digits] = "0123456789abcdef"[value & 15];
    value >>= 4;
  }
}

std::array<char, marker_bytes> encode(const marker& what) {
  std::array<char, marker_bytes> result;
  char* at = result.data();
  *at++ = sign;
  write_name(at, what.from);
  write_name(at, what.to);
  write_hex(at, what.number, number_digits);
  write_hex(at + number_digits, static_cast<std::uint64_t>(what.due_ns), due_digits);
  at[number_digits + due_digits] = sign;
  return result;
}

std::optional<marker> find_marker(std::string_view text) {
  const auto found = text.find(sign);
  if (found == text.npos || text.size() - found < marker_bytes
      || text[found + marker_bytes - 1] != sign)
    return std::nullopt;
  const char* at = text.data() + found + 1;
  bool good = true;
  marker result;
  result.from = read_name(at, good);
  result.to = read_name(at, good);
  result.number = static_cast<std::uint32_t>(read_hex(at, number_digits, good));
  result.due_ns = static_cast<std::int64_t>(read_hex(at, due_digits, good));
  return good ? std::optional{result} : std::nullopt;
}

std::array<char, name_bytes> encode(const stay_name& who) {
  std::array<char, name_bytes> result;
  std::memcpy(result.data(), name_head.data(), name_head.size());
  char* at = result.data() + name_head.size();
  write_name(at, who);
  return result;
}

std::optional<stay_name> decode_name(std::string_view text) {
  if (text.size() != name_bytes || !text.starts_with(name_head))
    return std::nullopt;
  const char* at = text.data() + name_head.size();
  bool good = true;
  const auto result = read_name(at, good);
  return good ? std::optional{result} : std::nullopt;
}

} // namespace greenroom::load
