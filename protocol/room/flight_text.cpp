#include "protocol/room/flight_text.hpp"

#include <algorithm>

#include "protocol/vocabulary/limits.hpp"

namespace greenroom::flight_text {

namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::string_view symbols
  = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return hash ^ (hash >> 29);
}

/// The longest text that anybody can have sent.
constexpr std::size_t text_size_max = limits::message_bytes_max;

} // namespace

// -- writing ------------------------------------------------------------------

writer& writer::id(const participant_id& who) {
  char text[1 + participant_id::text_size];
  text[0] = ' ';
  who.write_to(text + 1);
  out_.append(text, sizeof text);
  return *this;
}

writer& writer::id(const std::optional<participant_id>& who) {
  return who ? id(*who) : word("-");
}

writer& writer::veiled(std::string_view text) {
  number(text.size());
  out_ += '.';
  char hash[20];
  const auto end = std::to_chars(hash, hash + sizeof hash, hash_of(text)).ptr;
  out_.append(hash, end);
  return *this;
}

writer& writer::maybe_veiled(const std::optional<std::string>& text) {
  return text ? veiled(*text) : word("-");
}

writer& writer::plain(std::string_view text) {
  word("x");
  for (const char c : text) {
    out_ += digits[static_cast<unsigned char>(c) >> 4];
    out_ += digits[static_cast<unsigned char>(c) & 15];
  }
  return *this;
}

// -- reading ------------------------------------------------------------------

std::string_view reader::word() {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
  const auto result = rest_.substr(0, rest_.find(' '));
  rest_.remove_prefix(result.size());
  is_good_ = is_good_ && !result.empty();
  return result;
}

participant_id reader::id() {
  const auto who = participant_id::parse(word());
  is_good_ = is_good_ && who;
  return who.value_or(participant_id{});
}

std::optional<participant_id> reader::maybe_id() {
  auto ahead = *this;
  if (ahead.word() == "-") {
    *this = ahead;
    return std::nullopt;
  }
  return id();
}

std::string reader::unveil(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == text.npos) {
    is_good_ = false;
    return {};
  }
  const auto size = number_in<std::size_t>(text.substr(0, dot));
  auto hash = number_in<std::uint64_t>(text.substr(dot + 1));
  is_good_ = is_good_ && size <= text_size_max;
  if (!is_good_)
    return {};
  std::string result(size, '.');
  for (auto& c : result) {
    c = symbols[hash % symbols.size()];
    hash /= symbols.size();
  }
  return result;
}

std::string reader::veiled() {
  return unveil(word());
}

std::optional<std::string> reader::maybe_veiled() {
  const auto text = word();
  return text == "-" ? std::nullopt : std::optional{unveil(text)};
}

std::string reader::plain() {
  const auto text = word();
  std::string result;
  is_good_ = is_good_ && text.size() % 2 == 1 && text.front() == 'x';
  for (std::size_t at = 1; is_good_ && at < text.size(); at += 2) {
    const auto high = digits.find(text[at]), low = digits.find(text[at + 1]);
    is_good_ = high != digits.npos && low != digits.npos;
    result += static_cast<char>(high * 16 + low);
  }
  return result;
}

std::string reader::blank() {
  const auto size = number<std::size_t>();
  is_good_ = is_good_ && size <= text_size_max;
  return is_good_ ? std::string(size, '.') : std::string{};
}

} // namespace greenroom::flight_text
