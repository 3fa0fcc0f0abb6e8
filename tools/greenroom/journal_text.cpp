#include "tools/greenroom/journal_text.hpp"

#include <cstddef>

#include "protocol/vocabulary/text.hpp"

namespace greenroom {

namespace {

constexpr char digits[] = "0123456789abcdef";

/// @returns How many bytes the code point at the start of `text` has; 0 if there
///          is none.
std::size_t code_point_size(std::string_view text) {
  for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size)
    if (is_utf8(text.substr(0, size)))
      return size;
  return 0;
}

/// Controls, line and paragraph separators, and what turns the direction of text:
/// a terminal or a reader would take them for more than text.
bool is_deceptive(std::string_view code_point) {
  if (code_point.size() == 1)
    return static_cast<unsigned char>(code_point[0]) < 0x20 || code_point[0] == 0x7F;
  if (code_point.size() == 2)
    return code_point[0] == '\xC2' && static_cast<unsigned char>(code_point[1]) < 0xA0;
  if (code_point.size() == 4)
    return code_point.starts_with("\xF3\xA0"); // Tags, which nobody sees.
  if (code_point == "\xEF\xBB\xBF")
    return true;
  const auto last = static_cast<unsigned char>(code_point[2]);
  if (code_point.starts_with("\xE2\x80"))
    return (last >= 0x8B && last <= 0x8F) || (last >= 0xA8 && last <= 0xAE);
  return code_point.starts_with("\xE2\x81") && last >= 0xA0 && last <= 0xAF;
}

void append_code(std::string& out, std::uint32_t code) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    out += digits[(code >> shift) & 15];
}

std::uint32_t decode(std::string_view code_point) {
  const auto byte = [&](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(code_point[at]));
  };
  switch (code_point.size()) {
    case 1: return byte(0);
    case 2: return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
    case 3: return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    default:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6
             | (byte(3) & 0x3F);
  }
}

/// Writes a JSON string, which is also what a quoted value of a text line is.
void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  while (!value.empty()) {
    const auto size = code_point_size(value);
    if (size == 0) {
      append_code(out, 0xFFFD); // What takes the place of bytes that are no text.
      value.remove_prefix(1);
      continue;
    }
    const auto code_point = value.substr(0, size);
    value.remove_prefix(size);
    if (code_point == "\"" || code_point == "\\") {
      out += '\\';
      out += code_point;
    } else if (!is_deceptive(code_point)) {
      out += code_point;
    } else if (const auto code = decode(code_point); code <= 0xFFFF) {
      append_code(out, code);
    } else { // JSON knows the others as surrogate pairs.
      append_code(out, 0xD800 + ((code - 0x10000) >> 10));
      append_code(out, 0xDC00 + ((code - 0x10000) & 0x3FF));
    }
  }
  out += '"';
}

bool is_plain(std::string_view value) {
  for (const char c : value)
    if (c <= ' ' || c >= 0x7F || c == '"' || c == '\\' || c == '=')
      return false;
  return !value.empty();
}

class line_writer {
public:
  explicit line_writer(journal_format format) : format_(format) {}

  void add(std::string_view name, std::string_view value) {
    if (value.empty())
      return;
    begin(name);
    if (format_ == journal_format::text && is_plain(value))
      out_ += value;
    else
      append_quoted(out_, value);
  }

  void add(std::string_view name, const participant_id& value) {
    if (!value.is_nil())
      add(name, value.to_string());
  }

  void add_number(std::string_view name, std::int64_t value, std::int64_t absent) {
    if (value == absent)
      return;
    begin(name);
    out_ += std::to_string(value);
  }

  std::string take() { return std::move(out_); }

private:
  void begin(std::string_view name) {
    if (format_ == journal_format::json) {
      if (!out_.empty())
        out_ += ',';
      append_quoted(out_, name);
      out_ += ':';
    } else if (!out_.empty()) {
      out_ += ' ';
      out_ += name;
      out_ += '=';
    } // A text line begins with the event itself.
  }

  journal_format format_;
  std::string out_;
};

} // namespace

std::string render(const journal_entry& entry, journal_format format) {
  line_writer line{format};
  line.add("event", entry.event.empty() ? "unnamed" : entry.event);
  line.add("room_id", entry.room_id);
  line.add("from_id", entry.from_id);
  line.add("to_id", entry.to_id);
  line.add("detail", entry.detail);
  line.add("address", entry.address);
  line.add_number("presences_count", entry.presences_count, -1);
  line.add_number("bytes", entry.bytes, -1);
  line.add_number("ts", entry.ts, 0);
  return line.take();
}

std::string_view to_string(severity level) {
  switch (level) {
    case severity::debug: return "debug";
    case severity::info: return "info";
    case severity::warning: return "warning";
    case severity::error: return "error";
  }
  return "unknown";
}

} // namespace greenroom
