#include "net/frame_batch.hpp"

#include <array>
#include <cstdint>

namespace greenroom::net {

namespace {

/// More would not fit into caches, and a connection that is slow to read keeps what is
/// left of it.
constexpr std::size_t bytes_per_write_max = 64 * 1024;

/// A batch, and one message that is a little too long for it.
constexpr std::size_t bytes_kept_max = 2 * bytes_per_write_max;

/// Of a message of 126 to 65,535 bytes, as most are.
constexpr std::string_view usual_header{"\0\0\0\0", 4};

/// What goes before a whole text message: RFC 6455, section 5.2.
class frame_header {
public:
  explicit frame_header(std::size_t text_size) {
    bytes_[0] = '\x81';
    if (text_size < 126) {
      bytes_[1] = static_cast<char>(text_size);
      return;
    }
    const std::size_t length_bytes = text_size < 65'536 ? 2 : 8;
    bytes_[1] = static_cast<char>(length_bytes == 2 ? 126 : 127);
    for (std::size_t at = 0; at < length_bytes; ++at)
      bytes_[2 + at] = static_cast<char>(text_size >> (8 * (length_bytes - 1 - at)));
    size_ += length_bytes;
  }

  std::string_view view() const { return {bytes_.data(), size_}; }

private:
  std::array<char, 10> bytes_{};
  std::size_t size_ = 2;
};

} // namespace

wire::json_text& frame_batch::begin() {
  begun_at_ = bytes_.size();
  return bytes_ += usual_header;
}

void frame_batch::end() {
  const auto text_size = bytes_.size() - begun_at_ - usual_header.size();
  bytes_.replace(begun_at_, usual_header.size(), frame_header{text_size}.view());
}

void frame_batch::cancel() {
  bytes_.truncate(begun_at_);
}

void frame_batch::add_text(std::string_view text) {
  bytes_ += frame_header{text.size()}.view();
  bytes_ += text;
}

bool frame_batch::has_room() const {
  return bytes_.size() < bytes_per_write_max;
}

void frame_batch::clear() {
  bytes_.clear(bytes_kept_max);
}

} // namespace greenroom::net
