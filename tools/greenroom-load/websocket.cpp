#include "tools/greenroom-load/websocket.hpp"

#include <cstring>
#include <stdexcept>

namespace greenroom::load {

namespace {

/// One key for all frames: what it protects from, proxies that are fooled by a
/// page, is nothing that a load generator meets.
constexpr unsigned char mask_key[4] = {0x91, 0x3E, 0xC7, 0x58};
constexpr std::size_t key_bytes = sizeof mask_key;

void require(bool holds, const char* rule) {
  if (!holds)
    throw std::runtime_error(std::string{"the server broke a rule of framing: "} + rule);
}

void append_number(std::string& out, std::uint64_t value, int count) {
  while (count-- > 0)
    out += static_cast<char>(value >> (8 * count));
}

/// Copies masked bytes that begin at `phase` of the payload.
void copy_masked(char* to, std::string_view from, std::size_t phase) {
  unsigned char key[8];
  for (std::size_t at = 0; at < sizeof key; ++at)
    key[at] = mask_key[(phase + at) % key_bytes];
  std::uint64_t wide_key = 0;
  std::memcpy(&wide_key, key, sizeof wide_key);
  std::size_t at = 0;
  for (; at + sizeof wide_key <= from.size(); at += sizeof wide_key) {
    std::uint64_t word = 0;
    std::memcpy(&word, from.data() + at, sizeof word);
    word ^= wide_key;
    std::memcpy(to + at, &word, sizeof word);
  }
  for (; at < from.size(); ++at)
    to[at] = static_cast<char>(from[at] ^ key[at % sizeof key]);
}

} // namespace

std::optional<frame> take_frame(std::string_view& bytes) {
  if (bytes.size() < 2)
    return std::nullopt;
  const auto byte_at = [&](std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
  };
  require((byte_at(0) & 0x70) == 0, "a reserved bit is set");
  require((byte_at(1) & 0x80) == 0, "a server's frame is masked");
  std::uint64_t size = byte_at(1);
  std::size_t header = 2;
  if (size >= 126) {
    header += size == 126 ? 2 : 8;
    if (bytes.size() < header)
      return std::nullopt;
    size = 0;
    for (std::size_t at = 2; at < header; ++at)
      size = size << 8 | byte_at(at);
  }
  if (bytes.size() - header < size)
    return std::nullopt;
  const frame result{static_cast<opcode>(byte_at(0) & 15), (byte_at(0) & 0x80) != 0,
                     bytes.substr(header, size)};
  bytes.remove_prefix(header + size);
  return result;
}

void append_frame(std::string& out, opcode kind, std::string_view payload) {
  out += static_cast<char>(0x80 | static_cast<int>(kind));
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else if (payload.size() < 65536) {
    out += static_cast<char>(0x80 | 126);
    append_number(out, payload.size(), 2);
  } else {
    out += static_cast<char>(0x80 | 127);
    append_number(out, payload.size(), 8);
  }
  out.append(reinterpret_cast<const char*>(mask_key), key_bytes);
  const auto start = out.size();
  out.resize(start + payload.size());
  copy_masked(out.data() + start, payload, 0);
}

std::string upgrade_request(std::string_view host, std::string_view path) {
  std::string result = "GET ";
  result.append(path).append(" HTTP/1.1\r\nHost: ").append(host);
  return result.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       "Sec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: Z3JlZW5yb29tLWxvYWQhIQ==\r\n\r\n");
}

prepared_frame::prepared_frame(std::string_view text) : text_(text) {
  append_frame(bytes_, opcode::text, text);
  header_size_ = bytes_.size() - text.size();
}

std::size_t prepared_frame::find(std::string_view field) const {
  const auto at = text_.find(field);
  if (at == text_.npos)
    throw std::logic_error("a prepared frame lacks a field");
  return at;
}

char* prepared_frame::append_to(std::string& out) const {
  const auto start = out.size();
  out.append(bytes_);
  return out.data() + start;
}

void prepared_frame::patch(char* copy, std::size_t at, std::string_view bytes) const {
  copy_masked(copy + header_size_ + at, bytes, at);
}

} // namespace greenroom::load
