#include "protocol/wire/json_writer.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace greenroom::wire {

namespace {

/// What follows the backslash; `as_it_is` where no backslash is needed, `by_number`
/// where there is no short form.
constexpr char as_it_is = 0;
constexpr char by_number = 'u';

constexpr std::array<char, 256> escapes() {
  std::array<char, 256> result{};
  for (int control = 0; control < 0x20; ++control)
    result[static_cast<std::size_t>(control)] = by_number;
  result['\b'] = 'b';
  result['\f'] = 'f';
  result['\n'] = 'n';
  result['\r'] = 'r';
  result['\t'] = 't';
  result['"'] = '"';
  result['\\'] = '\\';
  return result;
}

constexpr auto escape_of = escapes();

void append_escape(std::string& out, unsigned char byte) {
  constexpr char hexadecimal[] = "0123456789abcdef";
  const char letter = escape_of[byte];
  out += '\\';
  out += letter;
  if (letter != by_number)
    return;
  out += "00";
  out += hexadecimal[byte >> 4];
  out += hexadecimal[byte & 15];
}

constexpr std::uint64_t in_each_byte(std::uint64_t value) {
  return value * 0x0101010101010101;
}

/// @returns Whether some byte of `word` is below `bound`, which is 1..128. A byte
///          from 0x80 up is not.
constexpr bool has_byte_below(std::uint64_t word, std::uint64_t bound) {
  return ((word - in_each_byte(bound)) & ~word & in_each_byte(0x80)) != 0;
}

constexpr bool needs_escapes(std::uint64_t word) {
  return has_byte_below(word, 0x20) || has_byte_below(word ^ in_each_byte('"'), 1)
         || has_byte_below(word ^ in_each_byte('\\'), 1);
}

/// Skips eight bytes at a time, as long runs of an SDP need no escape.
const char* find_escape(const char* at, const char* end) {
  for (std::uint64_t word; end - at >= 8; at += 8) {
    std::memcpy(&word, at, sizeof word);
    if (needs_escapes(word))
      break;
  }
  while (at != end && escape_of[static_cast<unsigned char>(*at)] == as_it_is)
    ++at;
  return at;
}

} // namespace

void append_escaped(std::string& out, std::string_view text) {
  const char* run = text.data();
  const char* const end = run + text.size();
  for (const char* at; (at = find_escape(run, end)) != end; run = at + 1) {
    out.append(run, at);
    append_escape(out, static_cast<unsigned char>(*at));
  }
  out.append(run, end);
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

} // namespace greenroom::wire
