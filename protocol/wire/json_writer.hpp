// Appends JSON to a string: only what JSON requires is escaped, and in its
// shortest form, so that text never outgrows the message that it came in.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace greenroom::wire {

/// Appends `text` as a JSON string, quotes included.
/// @pre `text` is well-formed UTF-8.
void append_string(std::string& out, std::string_view text);

/// Appends what stands between the quotes.
void append_escaped(std::string& out, std::string_view text);

template <std::integral Number>
requires(!std::same_as<Number, bool>) void append_value(std::string& out, Number number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

inline void append_value(std::string& out, bool truth) {
  out += truth ? "true" : "false";
}

inline void append_value(std::string& out, std::string_view text) {
  append_string(out, text);
}

/// Literals would rather be bool.
inline void append_value(std::string& out, const char* text) {
  append_string(out, text);
}

template <class Value>
void append_value(std::string& out, const std::optional<Value>& value) {
  if (value)
    append_value(out, *value);
  else
    out += "null";
}

/// Writes the members of one object; braces come with its lifetime.
class object_writer {
public:
  explicit object_writer(std::string& out) : out_(out) { out_ += '{'; }
  object_writer(const object_writer&) = delete;
  object_writer& operator=(const object_writer&) = delete;
  ~object_writer() { out_ += '}'; }

  /// Begins a member whose value the caller appends.
  /// @param name Needs no escaping.
  std::string& key(std::string_view name) {
    out_ += is_first_ ? "\"" : ",\"";
    is_first_ = false;
    out_ += name;
    out_ += "\":";
    return out_;
  }

  template <class Value>
  object_writer& member(std::string_view name, const Value& value) {
    append_value(key(name), value);
    return *this;
  }

private:
  std::string& out_;
  bool is_first_ = true;
};

} // namespace greenroom::wire
