// Appends JSON to a string: only what JSON requires is escaped, and in its
// shortest form, so that text never outgrows the message that it came in.
#pragma once

#include <charconv>
#include <concepts>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/vocabulary/json_string.hpp"
#include "protocol/wire/json_text.hpp"

namespace greenroom::wire {

/// Appends `text` as a JSON string, quotes included.
/// @pre `text` is well-formed UTF-8.
void append_string(json_text& out, std::string_view text);

/// Appends what stands between the quotes.
void append_escaped(json_text& out, std::string_view text);

/// @pre `text` is well-formed UTF-8.
json_string to_json_string(std::string_view text);

template <std::integral Number>
requires(!std::same_as<Number, bool>) void append_value(json_text& out, Number number) {
  constexpr std::size_t digit_count_max = 24;
  char* const at = out.begin_piece(digit_count_max);
  out.end_piece(std::to_chars(at, at + digit_count_max, number).ptr);
}

inline void append_value(json_text& out, bool truth) {
  out += std::string_view{truth ? "true" : "false"};
}

inline void append_value(json_text& out, std::string_view text) {
  append_string(out, text);
}

inline void append_value(json_text& out, const json_string& text) {
  const auto escaped = text.escaped();
  out.reserve(escaped.size() + 2);
  out += '"';
  out += escaped;
  out += '"';
}

/// Literals would rather be bool.
inline void append_value(json_text& out, const char* text) {
  append_string(out, text);
}

template <class Value>
void append_value(json_text& out, const std::optional<Value>& value) {
  if (value)
    append_value(out, *value);
  else
    out += "null";
}

/// Writes the members of one object; braces come with its lifetime.
class object_writer {
public:
  explicit object_writer(json_text& out) : out_(out) { out_ += '{'; }
  object_writer(const object_writer&) = delete;
  object_writer& operator=(const object_writer&) = delete;
  ~object_writer() { out_ += '}'; }

  /// Begins a member whose value the caller appends.
  /// @param name Needs no escaping, and is not empty.
  json_text& key(std::string_view name) { return key(name.data(), name.size()); }
  /// The same, for a name whose size compilers know.
  template <std::size_t Size>
  json_text& key(const char (&name)[Size]) {
    return key(name, Size - 1);
  }

  template <std::size_t Size, class Value>
  object_writer& member(const char (&name)[Size], const Value& value) {
    append_value(key(name), value);
    return *this;
  }

private:
  /// In one step, as an event has a key every few bytes.
  [[gnu::always_inline]] json_text& key(const char* name, std::size_t size) {
    char* at = out_.begin_piece(size + 4);
    *at = ',';
    at += comma_size_;
    comma_size_ = 1;
    *at++ = '"';
    std::memcpy(at, name, size);
    at += size;
    *at++ = '"';
    *at++ = ':';
    return out_.end_piece(at);
  }

  json_text& out_;
  std::size_t comma_size_ = 0; ///< None before the first key.
};

} // namespace greenroom::wire
