#include "net/frame_writer.hpp"

#include <algorithm>
#include <string>

namespace greenroom::net {

namespace {

/// Enough to make the call worth it, and few enough for the stack.
constexpr std::size_t pieces_per_write_max = 64;
constexpr std::size_t bytes_per_write_max = 256 * 1024;

/// An idle connection keeps no more than this.
constexpr std::size_t pieces_kept_max = 1;

std::uint8_t write_header(std::array<unsigned char, 10>& header, std::size_t size) {
  header[0] = 0x81; // A whole text message. RFC 6455, section 5.2.
  if (size < 126) {
    header[1] = static_cast<unsigned char>(size);
    return 2;
  }
  const std::size_t length_bytes = size < 65'536 ? 2 : 8;
  header[1] = length_bytes == 2 ? 126 : 127;
  for (std::size_t i = 0; i < length_bytes; ++i)
    header[2 + i] = static_cast<unsigned char>(size >> (8 * (length_bytes - 1 - i)));
  return static_cast<std::uint8_t>(2 + length_bytes);
}

} // namespace

void frame_writer::add_text(shared_frame text) {
  piece added;
  added.header_size = write_header(added.header, text->size());
  added.body = std::move(text);
  bytes_ += added.size();
  pieces_.push_back(std::move(added));
}

void frame_writer::add_raw(std::string_view bytes) {
  piece added;
  added.body = std::make_shared<const std::string>(bytes);
  bytes_ += bytes.size();
  raw_bytes_ += bytes.size();
  pieces_.push_back(std::move(added));
}

bool frame_writer::has_room() const {
  return pieces_.size() < pieces_per_write_max && bytes_ < bytes_per_write_max;
}

polled_socket::outcome frame_writer::write(polled_socket& socket) {
  while (first_ < pieces_.size()) {
    std::array<iovec, 2 * pieces_per_write_max> buffers;
    std::size_t count = 0;
    auto skipped = offset_;
    const auto add = [&](const void* bytes, std::size_t size) {
      const auto skip = std::min(skipped, size);
      skipped -= skip;
      if (size > skip)
        buffers[count++] = {const_cast<char*>(static_cast<const char*>(bytes)) + skip,
                            size - skip};
    };
    for (auto i = first_; i < pieces_.size() && count + 2 <= buffers.size(); ++i) {
      add(pieces_[i].header.data(), pieces_[i].header_size);
      add(pieces_[i].body->data(), pieces_[i].body->size());
    }
    const auto [how, written] = socket.write({buffers.data(), count});
    if (how != polled_socket::outcome::done)
      return how;
    advance(written);
  }
  return polled_socket::outcome::done;
}

void frame_writer::advance(std::size_t written) {
  written += offset_;
  while (first_ < pieces_.size() && written >= pieces_[first_].size()) {
    auto& whole = pieces_[first_++];
    written -= whole.size();
    if (whole.header_size == 0)
      raw_bytes_ -= whole.size();
    bytes_ -= whole.size();
    whole.body.reset();
  }
  offset_ = written;
  if (first_ < pieces_.size())
    return;
  first_ = 0;
  if (pieces_.capacity() > pieces_kept_max)
    pieces_ = {};
  else
    pieces_.clear();
}

} // namespace greenroom::net
