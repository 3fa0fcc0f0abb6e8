// The client's half of RFC 6455's framing, written apart from the server's, so
// that one mistake is not made on both sides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace greenroom::test {

enum class opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

/// Appends a frame, masked as clients must.
void append_frame(std::string& out, opcode kind, std::string_view payload,
                  bool is_final = true);

std::string encode_frame(opcode kind, std::string_view payload, bool is_final = true);

/// The payload of a Close frame.
std::string close_payload(std::uint16_t code, std::string_view reason = {});

/// Cuts a server's bytes into frames, and insists that it may send them.
class frame_parser {
public:
  struct frame {
    opcode kind = opcode::text;
    bool is_final = true;
    std::string_view payload; ///< Until the parser is used again.
  };

  /// @returns Room for `size` bytes; `commit` says how many were written.
  char* prepare(std::size_t size);
  void commit(std::size_t size) { end_ += size; }

  /// @returns The next whole frame, or nothing until more bytes have come.
  /// @throws std::runtime_error when the server breaks the rules of framing.
  std::optional<frame> next();

private:
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

} // namespace greenroom::test
