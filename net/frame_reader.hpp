// Takes apart what a WebSocket client sends: RFC 6455, section 5. Pure: no socket.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace greenroom::net {

using frame_mask = std::array<unsigned char, 4>;

/// How a client breaks the rules of framing.
enum class frame_fault : std::uint8_t {
  bad_opcode,
  bad_data_frame,       ///< A message begins within another.
  bad_continuation,     ///< Of no message.
  bad_reserved_bits,    ///< No extension was agreed on.
  bad_control_fragment, ///< A control frame in pieces.
  bad_control_size,     ///< A control frame of more than 125 bytes.
  bad_unmasked_frame,
  bad_size, ///< Written longer than it needs to be.
  bad_text, ///< Not UTF-8.
  bad_close_size,
  bad_close_code,
  bad_close_text, ///< Not UTF-8.
};

std::string_view to_string(frame_fault why);

/// @returns The code of the Close that answers it: 1007 for text, otherwise 1002.
std::uint16_t wire_code(frame_fault why);

/// Reads any number of frames from any number of pieces. Of a message that is not
/// whole yet it keeps what has come, and no more: who only announces a long message
/// does not get us to make room for it. Between messages it holds no memory.
class frame_reader {
public:
  enum class kind : std::uint8_t {
    nothing, ///< All bytes were taken, and more are needed.
    message, ///< A whole text message, in UTF-8.
    binary,  ///< A binary message has begun. It and what follows is ignored.
    too_big, ///< A message is, or announces to be, too long. Likewise.
    ping,
    pong,
    close, ///< Nothing that follows counts.
    broken,
  };

  struct item {
    kind what = kind::nothing;
    std::string_view content{}; ///< A ping's payload, in the bytes that were read.
    std::uint16_t code = 0;     ///< What answers a Close: its own code, or 1000.
    frame_fault why{};          ///< Of what is broken.
  };

  /// @param message_bytes_max Above, a message is `too_big`.
  explicit frame_reader(std::size_t message_bytes_max)
    : message_bytes_max_(message_bytes_max) {}

  /// Reads up to the next item. Call it until it returns `nothing`, and no more once
  /// it returned `close` or `broken`.
  /// @param bytes   What came. Unmasked in place; what was read leaves its front.
  /// @param message Receives a `message`'s text; otherwise left as it is.
  item next(std::span<char>& bytes, std::string& message);

  /// From now on messages are read and dropped unseen; control frames still count.
  void ignore_messages();

private:
  std::span<char> take_head(std::span<char>& bytes);
  std::size_t head_size(std::span<const char> begun) const;
  std::optional<frame_fault> judge(std::span<const char> head) const;
  item begin_data(std::span<const char> head, std::string& message);
  item read_payload(std::span<char>& bytes, std::string& message);
  item add(std::span<char> piece, bool is_ascii, bool is_last, std::string& message);

  const std::size_t message_bytes_max_;
  std::uint64_t remaining_ = 0; ///< Of the payload of a message's frame.
  std::string message_;         ///< What has come of a message that is not whole yet.
  std::size_t checked_ = 0;     ///< So much of it is UTF-8.
  std::string held_;            ///< A head of which more is still to come.
  frame_mask mask_{};
  bool is_in_message_ = false; ///< A continuation is still to come.
  bool is_final_ = true;       ///< The frame is the last of its message.
  bool is_held_read_ = false;
  bool is_deaf_ = false;
};

/// Masks or unmasks in place, and turns `mask` to what the next byte needs.
/// @returns Whether all bytes are ASCII afterwards.
bool apply_mask(std::span<char> bytes, frame_mask& mask);

} // namespace greenroom::net
