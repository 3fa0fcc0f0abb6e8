#include "protocol/wire/phoenix_scan.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "protocol/vocabulary/text.hpp"
#include "protocol/wire/json_bytes.hpp"

namespace greenroom::wire {

namespace {

using kind = json_value::kind;

/// Any longer number is left to the general parser, which knows what is too large.
constexpr std::size_t digit_count_max = 15;

/// @returns What stands for the character after a backslash; zero for none, or for
///          `u`, whose surrogates are not for here.
constexpr char unescaped(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/': return letter;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Each function returns false, for good, where the message is not as expected.
class scanner {
public:
  explicit scanner(std::string_view text)
    : at_(text.data()), end_(text.data() + text.size()) {}

  bool scan(phoenix_frame& frame) {
    return take('[') && scalar(frame.join_ref) && take(',') && scalar(frame.ref)
           && take(',') && scalar(frame.topic) && take(',') && scalar(frame.event)
           && take(',') && payload(frame) && take(']') && at_ == end_;
  }

  bool has_escapes() const { return has_escapes_; }

private:
  bool take(char expected) {
    if (at_ == end_ || *at_ != expected)
      return false;
    ++at_;
    return true;
  }

  bool payload(phoenix_frame& frame) {
    if (!take('{'))
      return false;
    frame.payload.type = kind::object;
    if (take('}'))
      return true;
    do {
      if (!member(frame))
        return false;
    } while (take(','));
    return take('}');
  }

  bool member(phoenix_frame& frame) {
    json_value name;
    if (!take('"') || !string(name) || name.escape_count > 0 || !take(':'))
      return false;
    const auto which = payload_field(name.text);
    json_value ignored;
    return scalar(which ? frame.fields[static_cast<std::size_t>(*which)] : ignored);
  }

  bool scalar(json_value& out) {
    out = {};
    if (at_ == end_)
      return false;
    switch (*at_) {
      case '"': ++at_; return string(out);
      case 'n': out.type = kind::null; return word("null");
      case 't': out = {kind::boolean, true}; return word("true");
      case 'f': out = {kind::boolean, false}; return word("false");
      default: return integer(out);
    }
  }

  bool word(std::string_view expected) {
    if (!std::string_view{at_, end_}.starts_with(expected))
      return false;
    at_ += expected.size();
    return true;
  }

  bool integer(json_value& out) {
    const char* const begin = at_;
    take('-');
    const char* const digits = at_;
    while (at_ != end_ && is_digit(*at_))
      ++at_;
    const auto count = static_cast<std::size_t>(at_ - digits);
    const bool is_plain = count == 1 || (count > 1 && *digits != '0');
    const bool goes_on = at_ != end_ && (*at_ == '.' || *at_ == 'e' || *at_ == 'E');
    out.type = kind::number;
    out.text = {begin, at_};
    return is_plain && count <= digit_count_max && !goes_on;
  }

  /// From behind the first quote to behind the last.
  bool string(json_value& out) {
    const char* const begin = at_;
    bool is_ascii = true;
    for (;; ++at_) {
      if (at_ != end_ && *at_ != '\\') // Lines of an SDP end in two escapes.
        at_ = find_special<true>(at_, end_);
      if (at_ == end_)
        return false;
      if (*at_ == '"')
        break;
      if (*at_ == '\\') {
        if (++at_ == end_ || unescaped(*at_) == 0)
          return false;
        ++out.escape_count;
      } else if (static_cast<unsigned char>(*at_) < 0x20) {
        return false;
      } else {
        is_ascii = false;
      }
    }
    out.type = kind::string;
    out.is_verbatim = true;
    out.text = {begin, at_++};
    has_escapes_ |= out.escape_count > 0;
    return is_ascii || is_utf8(out.text);
  }

  const char* at_;
  const char* end_;
  bool has_escapes_ = false;
};

/// Goes on as it came, so its escapes may stay.
constexpr bool is_unread(field which) {
  return which == field::sdp || which == field::candidate || which == field::sdp_mid;
}

} // namespace

void unescape(json_value& value, std::string& text) {
  if (value.escape_count == 0)
    return;
  char* const begin = text.data() + (value.text.data() - text.data());
  const char* const end = begin + value.text.size();
  const char* run = begin;
  char* out = begin;
  const auto keep = [&](const char* until) {
    const auto size = static_cast<std::size_t>(until - run);
    std::memmove(out, run, size);
    out += size;
  };
  while (const auto* slash = static_cast<const char*>(
           std::memchr(run, '\\', static_cast<std::size_t>(end - run)))) {
    keep(slash);
    *out++ = unescaped(slash[1]);
    run = slash + 2;
  }
  keep(end);
  value.text = {begin, out};
  value.escape_count = 0;
  value.is_verbatim = false;
}

std::optional<phoenix_frame> scan_frame(std::string& text) {
  std::optional<phoenix_frame> frame{std::in_place};
  scanner message{text};
  if (!message.scan(*frame))
    return std::nullopt;
  if (!message.has_escapes())
    return frame;
  for (auto* value : {&frame->join_ref, &frame->ref, &frame->topic, &frame->event})
    unescape(*value, text);
  for (std::size_t index = 0; index < field_count; ++index)
    if (!is_unread(static_cast<field>(index)))
      unescape(frame->fields[index], text);
  return frame;
}

} // namespace greenroom::wire
