#include "net/frame_reader.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "protocol/vocabulary/text.hpp"

namespace greenroom::net {

namespace {

using kind = frame_reader::kind;

constexpr unsigned char final_bit = 0x80;
constexpr unsigned char reserved_bits = 0x70;
constexpr unsigned char mask_bit = 0x80;

constexpr unsigned char continuation = 0x0;
constexpr unsigned char text = 0x1;
constexpr unsigned char binary = 0x2;
constexpr unsigned char close = 0x8;
constexpr unsigned char ping = 0x9;
constexpr unsigned char pong = 0xA;

constexpr std::size_t control_bytes_max = 125;
constexpr std::uint16_t normal_closure = 1000;

/// Compilers turn this into what the processor has.
using mask_block [[gnu::vector_size(16)]] = std::uint64_t;

unsigned char opcode_of(std::span<const char> head) {
  return static_cast<unsigned char>(head[0]) & 0x0F;
}

/// The payload's size, or how many bytes it is written with.
unsigned char short_size_of(std::span<const char> head) {
  return static_cast<unsigned char>(head[1]) & 0x7F;
}

bool has(char byte, unsigned char bits) {
  return (static_cast<unsigned char>(byte) & bits) != 0;
}

bool is_control(std::span<const char> head) {
  return opcode_of(head) >= close;
}

std::size_t size_bytes_of(std::span<const char> head) {
  switch (short_size_of(head)) {
    case 126: return 2;
    case 127: return 8;
    default: return 0;
  }
}

std::size_t header_size(std::span<const char> head) {
  return 2 + size_bytes_of(head) + (has(head[1], mask_bit) ? sizeof(frame_mask) : 0);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t result = 0;
  for (const char byte : bytes)
    result = result << 8 | static_cast<unsigned char>(byte);
  return result;
}

/// @returns Nothing if the size is written longer than it needs to be.
std::optional<std::uint64_t> payload_size(std::span<const char> head) {
  const auto size_bytes = size_bytes_of(head);
  if (size_bytes == 0)
    return short_size_of(head);
  const auto size = big_endian({head.data() + 2, size_bytes});
  const std::uint64_t smallest = size_bytes == 2 ? 126 : 65'536;
  return size < smallest ? std::nullopt : std::optional{size};
}

frame_mask mask_of(std::span<const char> header) {
  frame_mask result;
  std::memcpy(result.data(), header.data() + header.size() - result.size(),
              result.size());
  return result;
}

/// What may stand in a Close: RFC 6455, section 7.4, and the codes registered since.
bool is_close_code(std::uint64_t code) {
  const bool is_reserved = (code >= 1004 && code <= 1006)
                           || (code >= 1014 && code < 3000);
  return code >= normal_closure && !is_reserved;
}

frame_reader::item broken(frame_fault why) {
  return {kind::broken, {}, 0, why};
}

frame_reader::item read_close(std::string_view payload) {
  if (payload.empty())
    return {kind::close, {}, normal_closure, {}};
  if (payload.size() == 1)
    return broken(frame_fault::bad_close_size);
  const auto code = big_endian(payload.substr(0, 2));
  if (!is_close_code(code))
    return broken(frame_fault::bad_close_code);
  if (!is_utf8(payload.substr(2)))
    return broken(frame_fault::bad_close_text);
  return {kind::close, payload.substr(2), static_cast<std::uint16_t>(code), {}};
}

frame_reader::item read_control(std::span<char> frame) {
  const auto header = frame.first(header_size(frame));
  const auto payload = frame.subspan(header.size());
  auto mask = mask_of(header);
  apply_mask(payload, mask);
  const std::string_view content{payload.data(), payload.size()};
  switch (opcode_of(frame)) {
    case ping: return {kind::ping, content, 0, {}};
    case pong: return {kind::pong, content, 0, {}};
    default: return read_close(content);
  }
}

} // namespace

std::string_view to_string(frame_fault why) {
  switch (why) {
    case frame_fault::bad_opcode: return "unknown opcode";
    case frame_fault::bad_data_frame: return "message within a message";
    case frame_fault::bad_continuation: return "continuation of no message";
    case frame_fault::bad_reserved_bits: return "reserved bits are set";
    case frame_fault::bad_control_fragment: return "control frame in pieces";
    case frame_fault::bad_control_size: return "control frame too long";
    case frame_fault::bad_unmasked_frame: return "unmasked frame";
    case frame_fault::bad_size: return "frame size not in its shortest form";
    case frame_fault::bad_text: return "message is not UTF-8";
    case frame_fault::bad_close_size: return "Close with half a code";
    case frame_fault::bad_close_code: return "Close with a reserved code";
    case frame_fault::bad_close_text: return "Close whose reason is not UTF-8";
  }
  return "unknown";
}

std::uint16_t wire_code(frame_fault why) {
  return why == frame_fault::bad_text ? 1007 : 1002;
}

frame_reader::item frame_reader::next(std::span<char>& bytes, std::string& message) {
  for (;;) {
    if (remaining_ > 0) {
      if (bytes.empty())
        return {};
      if (const auto found = read_payload(bytes, message); found.what != kind::nothing)
        return found;
      continue;
    }
    const auto head = take_head(bytes);
    if (head.empty())
      return {};
    if (const auto why = judge(head))
      return broken(*why);
    const auto found = is_control(head) ? read_control(head) : begin_data(head, message);
    if (found.what != kind::nothing)
      return found;
  }
}

void frame_reader::ignore_messages() {
  is_deaf_ = true;
  std::string{}.swap(message_);
}

/// @returns The next header, with its payload if it is a control frame's; nothing
///          until all of it has come.
std::span<char> frame_reader::take_head(std::span<char>& bytes) {
  if (std::exchange(is_held_read_, false))
    std::string{}.swap(held_);
  if (held_.empty()) {
    const auto size = head_size(bytes);
    if (size <= bytes.size()) {
      const auto head = bytes.first(size);
      bytes = bytes.subspan(size);
      return head;
    }
  }
  while (held_.size() < head_size(held_)) {
    const auto missing = std::min(head_size(held_) - held_.size(), bytes.size());
    if (missing == 0)
      return {};
    held_.append(bytes.data(), missing);
    bytes = bytes.subspan(missing);
  }
  is_held_read_ = true;
  return held_;
}

/// @returns How many bytes have to come, as far as `begun` tells.
std::size_t frame_reader::head_size(std::span<const char> begun) const {
  if (begun.size() < 2)
    return 2;
  const auto size = header_size(begun);
  if (begun.size() < size || !is_control(begun) || judge(begun))
    return size;
  return size + short_size_of(begun);
}

/// @param head Its first two bytes suffice.
std::optional<frame_fault> frame_reader::judge(std::span<const char> head) const {
  const auto opcode = opcode_of(head);
  if ((opcode > binary && opcode < close) || opcode > pong)
    return frame_fault::bad_opcode;
  if (opcode >= close && !has(head[0], final_bit))
    return frame_fault::bad_control_fragment;
  if (opcode >= close && short_size_of(head) > control_bytes_max)
    return frame_fault::bad_control_size;
  if ((opcode == text || opcode == binary) && is_in_message_)
    return frame_fault::bad_data_frame;
  if (opcode == continuation && !is_in_message_)
    return frame_fault::bad_continuation;
  if (has(head[0], reserved_bits))
    return frame_fault::bad_reserved_bits;
  if (!has(head[1], mask_bit))
    return frame_fault::bad_unmasked_frame;
  return std::nullopt;
}

frame_reader::item frame_reader::begin_data(std::span<const char> head,
                                            std::string& message) {
  const auto size = payload_size(head);
  if (!size)
    return broken(frame_fault::bad_size);
  remaining_ = *size;
  mask_ = mask_of(head);
  is_final_ = has(head[0], final_bit);
  is_in_message_ = !is_final_;
  if (is_deaf_)
    return {};
  if (opcode_of(head) == binary) {
    ignore_messages();
    return {kind::binary, {}, 0, {}};
  }
  if (remaining_ > message_bytes_max_ - message_.size()) {
    ignore_messages();
    return {kind::too_big, {}, 0, {}};
  }
  return remaining_ == 0 ? add({}, true, is_final_, message) : item{};
}

frame_reader::item frame_reader::read_payload(std::span<char>& bytes,
                                              std::string& message) {
  const auto size = static_cast<std::size_t>(
    std::min<std::uint64_t>(remaining_, bytes.size()));
  const auto piece = bytes.first(size);
  bytes = bytes.subspan(size);
  remaining_ -= size;
  if (is_deaf_)
    return {};
  const bool is_ascii = apply_mask(piece, mask_);
  return add(piece, is_ascii, remaining_ == 0 && is_final_, message);
}

/// A piece that breaks the text ends it at once, whatever may still come.
frame_reader::item frame_reader::add(std::span<char> piece, bool is_ascii, bool is_last,
                                     std::string& message) {
  const std::string_view content{piece.data(), piece.size()};
  if (is_last && message_.empty()) {
    if (!is_ascii && !is_utf8(content))
      return broken(frame_fault::bad_text);
    message = content;
    return {kind::message, {}, 0, {}};
  }
  message_ += content;
  const auto progress = check_utf8(std::string_view{message_}.substr(checked_));
  checked_ += progress.size;
  if (progress.is_broken || (is_last && checked_ < message_.size()))
    return broken(frame_fault::bad_text);
  if (!is_last)
    return {};
  message = std::exchange(message_, {});
  checked_ = 0;
  return {kind::message, {}, 0, {}};
}

bool apply_mask(std::span<char> bytes, frame_mask& mask) {
  static_assert(std::endian::native == std::endian::little);
  char* at = bytes.data();
  const std::uint64_t once = std::bit_cast<std::uint32_t>(mask);
  const auto twice = once | once << 32;
  const mask_block repeated{twice, twice};
  mask_block seen{};
  auto left = bytes.size();
  for (mask_block block; left >= sizeof block; left -= sizeof block, at += sizeof block) {
    std::memcpy(&block, at, sizeof block);
    block ^= repeated;
    seen |= block;
    std::memcpy(at, &block, sizeof block);
  }
  std::uint64_t rest = 0;
  if (std::uint64_t word; left >= sizeof word) {
    std::memcpy(&word, at, sizeof word);
    rest = word ^= twice;
    std::memcpy(at, &word, sizeof word);
    left -= sizeof word;
    at += sizeof word;
  }
  for (std::size_t next = 0; next < left; ++next) {
    at[next] = static_cast<char>(at[next] ^ mask[next % mask.size()]);
    rest |= static_cast<unsigned char>(at[next]);
  }
  const auto next_mask = std::rotr(std::bit_cast<std::uint32_t>(mask),
                                   8 * static_cast<int>(left % mask.size()));
  std::memcpy(mask.data(), &next_mask, sizeof next_mask);
  return ((seen[0] | seen[1] | rest) & 0x8080808080808080) == 0;
}

} // namespace greenroom::net
