#include "protocol/wire/json_writer.hpp"

#include <array>

#include "protocol/wire/json_bytes.hpp"

namespace greenroom::wire {

namespace {

/// What follows the backslash; `by_number` where there is no short form.
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

void append_escape(json_text& out, unsigned char byte) {
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

} // namespace

void append_escaped(json_text& out, std::string_view text) {
  const char* run = text.data();
  const char* const end = run + text.size();
  for (const char* at; (at = find_special<false>(run, end)) != end; run = at + 1) {
    out += std::string_view{run, at};
    append_escape(out, static_cast<unsigned char>(*at));
  }
  out += std::string_view{run, end};
}

json_string to_json_string(std::string_view text) {
  json_text result;
  append_escaped(result, text);
  return json_string{result.str()};
}

void append_string(json_text& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

} // namespace greenroom::wire
