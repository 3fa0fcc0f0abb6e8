#include "protocol/wire/phoenix_frame.hpp"

#include <charconv>
#include <cstddef>
#include <tuple>
#include <utility>

#include <rapidjson/reader.h>

#include "protocol/vocabulary/limits.hpp"
#include "protocol/vocabulary/text.hpp"
#include "protocol/wire/json_writer.hpp"
#include "protocol/wire/phoenix_scan.hpp"

namespace greenroom::wire {

namespace {

using kind = json_value::kind;

constexpr std::array<std::string_view, field_count> field_names{
  "room_id",           "display_name",   "resume",
  "last_seq",          "to_id",          "sdp",
  "candidate",         "sdpMid",         "sdpMLineIndex",
  "end_of_candidates", "audio_muted",    "video_enabled",
  "screensharing",     "text",           "device_info",
  "audio_device_id",   "video_device_id"};

constexpr std::size_t index_of(field which) {
  return static_cast<std::size_t>(which);
}

/// @param first Where to begin; behind `last` there is none.
std::optional<field> find_field(std::string_view name, std::size_t first,
                                std::size_t last) {
  for (auto index = first; index <= last; ++index)
    if (field_names[index] == name)
      return static_cast<field>(index);
  return std::nullopt;
}

/// By the size of a name, the first field that has one of that size.
constexpr auto first_of_size = [] {
  std::array<std::size_t, 18> result{};
  result.fill(field_count);
  for (auto index = field_count; index-- > 0;)
    result.at(field_names[index].size()) = index;
  return result;
}();

/// Hears the parser, and keeps what a frame holds. Builds no document, so that a
/// message of a million values costs no more memory than one of five.
class frame_reader {
public:
  frame_reader(phoenix_version version, phoenix_frame& frame)
    : version_(version), frame_(frame) {}

  /// @returns Whether all parts that an envelope must have were there.
  bool is_complete() const {
    return version_ == phoenix_version::v1 || element_count_ >= envelope_size;
  }

  // -- what the parser calls; false stops it ------------------------------------

  bool Null() { return take({kind::null}); }
  bool Bool(bool truth) { return take({kind::boolean, truth}); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return take({.type = kind::number, .text = {text, size}});
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view content{text, size};
    return is_utf8(content) && take({.type = kind::string, .text = content});
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view name{text, size};
    next_ = member(name);
    return is_utf8(name);
  }
  bool StartObject() { return enter({kind::object}); }
  bool EndObject(rapidjson::SizeType) { return leave(); }
  bool StartArray() { return enter({kind::array}); }
  bool EndArray(rapidjson::SizeType) { return leave(); }

  // Numbers come as text only.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

private:
  static constexpr std::size_t envelope_size = 5;

  /// What the containers around the current value are to us.
  enum class place : std::uint8_t { outside, envelope, payload, devices, elsewhere };

  place here() const { return places_[depth_]; }

  bool take(json_value value) {
    if (depth_ == 0)
      return false; // A frame is no scalar.
    if (auto* wanted = target())
      *wanted = value;
    return true;
  }

  bool enter(json_value container) {
    if (depth_ == limits::json_depth_max)
      return false;
    if (depth_ == 0)
      return enter_envelope(container.type);
    auto* wanted = target();
    if (wanted)
      *wanted = container;
    places_[++depth_] = place_of(wanted, container.type);
    return true;
  }

  bool enter_envelope(kind type) {
    places_[++depth_] = place::envelope;
    return type == (version_ == phoenix_version::v1 ? kind::object : kind::array);
  }

  bool leave() {
    --depth_;
    next_ = nullptr;
    return true;
  }

  /// Of keys that come twice the last one counts, with nothing of the first left.
  place place_of(const json_value* wanted, kind type) {
    if (type != kind::object)
      return place::elsewhere;
    if (wanted == &frame_.payload) {
      frame_.fields = {};
      return place::payload;
    }
    if (wanted == &at(field::device_info)) {
      at(field::audio_device_id) = at(field::video_device_id) = {};
      return place::devices;
    }
    return place::elsewhere;
  }

  /// @returns Where the value that comes now is kept; null if nobody wants it.
  json_value* target() {
    if (version_ == phoenix_version::v2 && here() == place::envelope)
      return element(element_count_++);
    return std::exchange(next_, nullptr);
  }

  json_value* element(std::size_t index) {
    const std::array parts{&frame_.join_ref, &frame_.ref, &frame_.topic, &frame_.event,
                           &frame_.payload};
    static_assert(std::tuple_size_v<decltype(parts)> == envelope_size);
    return index < parts.size() ? parts[index] : nullptr;
  }

  json_value* member(std::string_view name) {
    switch (here()) {
      case place::envelope: return envelope_member(name);
      case place::payload: return kept(payload_field(name));
      case place::devices:
        return kept(find_field(name, index_of(field::audio_device_id),
                               index_of(field::video_device_id)));
      default: return nullptr;
    }
  }

  json_value* envelope_member(std::string_view name) {
    if (name == "topic")
      return &frame_.topic;
    if (name == "event")
      return &frame_.event;
    if (name == "payload")
      return &frame_.payload;
    if (name == "ref")
      return &frame_.ref;
    return nullptr;
  }

  json_value* kept(std::optional<field> which) { return which ? &at(*which) : nullptr; }

  json_value& at(field which) { return frame_.fields[index_of(which)]; }

  phoenix_version version_;
  phoenix_frame& frame_;
  std::size_t depth_ = 0;
  std::array<place, limits::json_depth_max + 1> places_{};
  std::size_t element_count_ = 0;
  json_value* next_ = nullptr; ///< Where the value of the last key goes.
};

constexpr std::size_t escape_bytes = 6; // Of \uXXXX.

/// @returns The UTF-16 code unit of an escape \uXXXX at `at`, if there is one.
std::optional<unsigned> unit_at(std::string_view text, std::size_t at) {
  if (text.size() < at + escape_bytes || text[at] != '\\' || text[at + 1] != 'u')
    return std::nullopt;
  const auto* end = text.data() + at + escape_bytes;
  unsigned unit = 0;
  const auto [stop, error] = std::from_chars(end - 4, end, unit, 16);
  return error == std::errc{} && stop == end ? std::optional{unit} : std::nullopt;
}

bool is_high_half(unsigned unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}

bool is_low_half(unsigned unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

/// A string of JavaScript may end in half an emoji, which its JSON writes as an escape.
/// No UTF-8 has it and the parser would refuse it, so it becomes U+FFFD, as it does in
/// browsers.
void mend_halves(std::string& text) {
  for (auto at = text.find('\\'); at != text.npos; at = text.find('\\', at)) {
    const auto unit = unit_at(text, at);
    if (!unit) {
      at += 2; // What is escaped may be a backslash.
      continue;
    }
    const auto next = is_high_half(*unit) ? unit_at(text, at + escape_bytes)
                                          : std::nullopt;
    const bool is_pair = next && is_low_half(*next);
    if (!is_pair && (is_high_half(*unit) || is_low_half(*unit)))
      text.replace(at + 2, 4, "fffd");
    at += is_pair ? 2 * escape_bytes : escape_bytes;
  }
}

bool is_string_within(const json_value& value, std::size_t bytes_max) {
  return value.is(kind::string) && value.text.size() <= bytes_max;
}

/// Refs are strings, or integers as some clients write them, or null.
bool is_ref(const json_value& value) {
  switch (value.type) {
    case kind::absent:
    case kind::null: return true;
    case kind::number:
      return value.text.size() <= limits::ref_bytes_max
             && value.text.find_first_not_of("-0123456789") == value.text.npos;
    case kind::string: return literal_of(value).size() <= limits::ref_bytes_max;
    default: return false;
  }
}

bool is_envelope(const phoenix_frame& frame) {
  return is_ref(frame.join_ref) && is_ref(frame.ref)
         && is_string_within(frame.topic, limits::topic_bytes_max)
         && is_string_within(frame.event, limits::event_bytes_max);
}

} // namespace

std::optional<std::int64_t> json_value::as_integer() const {
  std::int64_t result = 0;
  const auto* end = text.data() + text.size();
  if (type != kind::number)
    return std::nullopt;
  const auto [stop, error] = std::from_chars(text.data(), end, result);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  return result;
}

std::string_view name_of(field which) {
  return field_names[index_of(which)];
}

std::optional<field> payload_field(std::string_view name) {
  if (name.size() >= first_of_size.size())
    return std::nullopt;
  return find_field(name, first_of_size[name.size()], index_of(field::device_info));
}

std::optional<phoenix_frame> parse_frame(std::string& text, phoenix_version version) {
  auto usual = version == phoenix_version::v2 ? scan_frame(text) : std::nullopt;
  if (!usual)
    return parse_any_frame(text, version);
  return is_envelope(*usual) ? usual : std::nullopt;
}

std::optional<phoenix_frame> parse_any_frame(std::string& text, phoenix_version version) {
  constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag
                             | rapidjson::kParseNumbersAsStringsFlag;
  // The parser's stack holds a few bytes per level of nesting, which is bounded.
  alignas(std::max_align_t) char stack_bytes[limits::kibibyte];
  rapidjson::MemoryPoolAllocator<> stack_memory{stack_bytes, sizeof stack_bytes};
  rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>,
                           rapidjson::MemoryPoolAllocator<>>
    parser{&stack_memory};
  mend_halves(text);
  rapidjson::InsituStringStream stream{text.data()};

  std::optional<phoenix_frame> frame{std::in_place};
  frame_reader reader{version, *frame};
  const auto outcome = parser.Parse<flags>(stream, reader);
  // A zero byte ends the text for the parser, but not for us.
  const bool is_whole = !outcome.IsError() && stream.Tell() == text.size();
  if (!is_whole || !reader.is_complete() || !is_envelope(*frame))
    return std::nullopt;
  return frame;
}

std::string literal_of(const json_value& ref) {
  if (ref.is(kind::number))
    return std::string{ref.text};
  if (!ref.is(kind::string))
    return {};
  if (ref.is_verbatim)
    return std::string{ref.text.data() - 1, ref.text.size() + 2}; // With its quotes.
  json_text result;
  append_string(result, ref.text);
  return result.str();
}

} // namespace greenroom::wire
