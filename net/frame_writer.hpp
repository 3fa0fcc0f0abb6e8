// Writes frames to a socket: many with one call, and never waiting.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "net/polled_socket.hpp"
#include "protocol/vocabulary/messages.hpp"

namespace greenroom::net {

/// Holds the frames whose turn has come. Servers do not mask, so a frame is its
/// header and then the text as it is, shared with whoever else gets it.
class frame_writer {
public:
  void add_text(shared_frame text);

  /// Adds bytes that need no header, such as control frames.
  void add_raw(std::string_view bytes);

  /// @returns Whether more would fit into the next write.
  bool has_room() const;
  bool empty() const { return pieces_.empty(); }

  /// @returns Bytes of `add_raw` that are not written yet.
  std::size_t raw_bytes() const { return raw_bytes_; }

  /// Writes as much as the socket takes; `done` is all.
  polled_socket::outcome write(polled_socket& socket);

private:
  struct piece {
    shared_frame body;
    std::array<unsigned char, 10> header{};
    std::uint8_t header_size = 0; ///< Zero: raw.
    std::size_t size() const { return header_size + body->size(); }
  };

  void advance(std::size_t written);

  std::vector<piece> pieces_;
  std::size_t bytes_ = 0; ///< Of the pieces that are not wholly written.
  std::size_t raw_bytes_ = 0;
  std::size_t first_ = 0;  ///< The first piece that is not wholly written.
  std::size_t offset_ = 0; ///< What is written of that piece.
};

} // namespace greenroom::net
