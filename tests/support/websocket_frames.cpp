#include "tests/support/websocket_frames.hpp"

#include <cstring>
#include <stdexcept>

namespace greenroom::test {

namespace {

constexpr unsigned char mask_key[4] = {0x5A, 0xC3, 0x17, 0xE8};

/// Big endian, `count` bytes.
void append_number(std::string& out, std::uint64_t value, int count) {
  while (count-- > 0)
    out += static_cast<char>(value >> (8 * count));
}

void append_masked(std::string& out, std::string_view payload) {
  const auto start = out.size();
  out.append(payload);
  char* bytes = out.data() + start;
  std::uint64_t wide_key = 0;
  std::memcpy(&wide_key, mask_key, 4);
  wide_key |= wide_key << 32;
  std::size_t at = 0;
  for (; at + 8 <= payload.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + at, 8);
    word ^= wide_key;
    std::memcpy(bytes + at, &word, 8);
  }
  for (; at < payload.size(); ++at)
    bytes[at] = static_cast<char>(bytes[at] ^ mask_key[at % 4]);
}

void require(bool holds, const char* rule) {
  if (!holds)
    throw std::runtime_error(std::string{"the server broke a rule of framing: "} + rule);
}

} // namespace

void append_frame(std::string& out, opcode kind, std::string_view payload,
                  bool is_final) {
  out += static_cast<char>((is_final ? 0x80 : 0) | static_cast<int>(kind));
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else if (payload.size() < 65536) {
    out += static_cast<char>(0x80 | 126);
    append_number(out, payload.size(), 2);
  } else {
    out += static_cast<char>(0x80 | 127);
    append_number(out, payload.size(), 8);
  }
  out.append(reinterpret_cast<const char*>(mask_key), 4);
  append_masked(out, payload);
}

std::string encode_frame(opcode kind, std::string_view payload, bool is_final) {
  std::string result;
  result.reserve(payload.size() + 14);
  append_frame(result, kind, payload, is_final);
  return result;
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string result;
  append_number(result, code, 2);
  result.append(reason);
  return result;
}

char* frame_parser::prepare(std::size_t size) {
  if (begin_ == end_)
    begin_ = end_ = 0;
  if (buffer_.size() < end_ + size && begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + size)
    buffer_.resize(end_ + size);
  return buffer_.data() + end_;
}

std::optional<frame_parser::frame> frame_parser::next() {
  const auto* bytes = reinterpret_cast<const unsigned char*>(buffer_.data()) + begin_;
  const auto available = end_ - begin_;
  if (available < 2)
    return std::nullopt;
  const auto kind = static_cast<opcode>(bytes[0] & 0x0F);
  const bool is_final = (bytes[0] & 0x80) != 0;
  const bool is_control = (bytes[0] & 0x08) != 0;
  require((bytes[0] & 0x70) == 0, "a reserved bit is set");
  require((bytes[1] & 0x80) == 0, "a server's frame is masked");
  std::uint64_t size = bytes[1];
  std::size_t header = 2;
  if (size >= 126) {
    const std::size_t width = size == 126 ? 2 : 8;
    header += width;
    if (available < header)
      return std::nullopt;
    size = 0;
    for (std::size_t at = 2; at < header; ++at)
      size = size << 8 | bytes[at];
    require(size >= (width == 2 ? 126u : 65536u), "a length in more bytes than it needs");
  }
  require(!is_control || (size < 126 && is_final),
          "a control frame is long or in pieces");
  require(kind <= opcode::binary || (kind >= opcode::close && kind <= opcode::pong),
          "an unknown opcode");
  if (available - header < size)
    return std::nullopt;
  const frame result{kind, is_final, {buffer_.data() + begin_ + header, size}};
  begin_ += header + size;
  return result;
}

} // namespace greenroom::test
