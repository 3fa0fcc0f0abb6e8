// The words of recordings: what `flight_recorder` writes, `flight_reader` reads.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/vocabulary/ids.hpp"

namespace greenroom::flight_text {

inline constexpr std::string_view first_line = "greenroom-flight 2\n";
inline constexpr std::string_view last_line = "end\n";

/// Adds words to a line, each behind a space.
class writer {
public:
  explicit writer(std::string& out) : out_(out) {}

  template <std::integral T>
  writer& number(T value) {
    char text[24];
    text[0] = ' ';
    const auto end = std::to_chars(text + 1, text + sizeof text, +value).ptr;
    out_.append(text, static_cast<std::size_t>(end - text)); // As a range it costs more.
    return *this;
  }
  template <std::integral T>
  writer& number(const std::optional<T>& value) {
    return value ? number(*value) : word("-");
  }
  writer& word(std::string_view text) {
    out_ += ' ';
    out_ += text;
    return *this;
  }
  writer& id(const participant_id& who);
  writer& id(const std::optional<participant_id>& who);
  /// A text that must stay secret but may be compared with another one.
  writer& veiled(std::string_view text);
  writer& maybe_veiled(const std::optional<std::string>& text);
  /// A text in hexadecimal digits, as it may hold spaces.
  writer& plain(std::string_view text);

private:
  std::string& out_;
};

/// Takes the words of a line in turn. What is missing or malformed reads as zero or
/// nothing, and shows in `is_good`.
class reader {
public:
  explicit reader(std::string_view line) : rest_(line) {}

  std::string_view word();
  template <std::integral T>
  T number() {
    return number_in<T>(word());
  }
  bool flag() { return number<int>() != 0; }
  template <std::integral T>
  std::optional<T> maybe_number() {
    const auto text = word();
    return text == "-" ? std::nullopt : std::optional{number_in<T>(text)};
  }
  participant_id id();
  std::optional<participant_id> maybe_id();
  /// @returns A stand-in: of the same size, and the same for the same text.
  std::string veiled();
  std::optional<std::string> maybe_veiled();
  std::string plain();
  /// A text of which the size alone is known.
  std::string blank();

  bool is_good() const { return is_good_; }
  bool is_at_end() const { return rest_.empty(); }

private:
  template <std::integral T>
  T number_in(std::string_view text) {
    T value{};
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    is_good_ = is_good_ && error == std::errc{} && stop == end;
    return value;
  }
  std::string unveil(std::string_view text);

  std::string_view rest_;
  bool is_good_ = true;
};

} // namespace greenroom::flight_text
