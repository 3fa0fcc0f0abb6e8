// Any bytes as what a WebSocket client sends: read without harm, and the same however
// they are cut.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "net/frame_reader.hpp"
#include "protocol/vocabulary/invariant.hpp"
#include "protocol/vocabulary/text.hpp"

using namespace greenroom;
using namespace greenroom::net;

static constexpr std::size_t message_bytes_max = 4096;

/// What was heard, one after the other.
static std::string hear(std::string bytes, std::size_t piece_size) {
  using kind = frame_reader::kind;
  std::string heard, message;
  frame_reader reader{message_bytes_max};
  for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
    std::string piece = bytes.substr(at, piece_size);
    std::span<char> rest{piece};
    for (;;) {
      const auto found = reader.next(rest, message);
      if (found.what == kind::nothing)
        break;
      heard += static_cast<char>('a' + static_cast<int>(found.what));
      heard += std::to_string(found.code) + std::string{found.content};
      if (found.what == kind::message) {
        invariant(message.size() <= message_bytes_max && is_utf8(message));
        heard += message;
      }
      if (found.what == kind::broken)
        return heard += to_string(found.why);
      if (found.what == kind::close)
        return heard;
    }
    invariant(rest.empty());
  }
  return heard;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes{reinterpret_cast<const char*>(data), size};
  const auto whole = hear(bytes, bytes.size() + 1);
  for (const std::size_t piece_size : {1, 3, 7, 64})
    invariant(hear(bytes, piece_size) == whole);
  return 0;
}
