// Appends JSON to a string: only what JSON requires is escaped, and in its
// shortest form, so that text never outgrows the message that it came in.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out += std::string_view{digits, end};
}

inline void append_value(json_text& out, bool truth) {
  out += std::string_view{truth ? "true" : "false"};
}

inline void append_value(json_text& out, std::string_view text) {
  append_string(out, text);
}

inline void append_value(json_text& out, const json_string& text) {
  out += '"';
  out += text.escaped();
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
  /// @param name Needs no escaping.
  json_text& key(std::string_view name) {
    out_.reserve(name.size() + 4);
    begin_key();
    out_ += name;
    return out_ += "\":";
  }
  /// The same, for a name whose size compilers know.
  template <std::size_t Size>
  json_text& key(const char (&name)[Size]) {
    out_.reserve(Size + 3);
    begin_key();
    out_ += name;
    return out_ += "\":";
  }

  template <std::size_t Size, class Value>
  object_writer& member(const char (&name)[Size], const Value& value) {
    append_value(key(name), value);
    return *this;
  }

private:
  void begin_key() {
    if (!std::exchange(is_first_, false))
      out_ += ',';
    out_ += '"';
  }

  json_text& out_;
  bool is_first_ = true;
};

} // namespace greenroom::wire
