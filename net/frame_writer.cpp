#include "net/frame_writer.hpp"

namespace greenroom::net {

namespace {

/// @param bytes Loses what was written.
polled_socket::outcome write_all(polled_socket& socket, std::string_view& bytes) {
  while (!bytes.empty()) {
    const auto [how, written] = socket.write(bytes);
    if (how != polled_socket::outcome::done)
      return how;
    bytes.remove_prefix(written);
  }
  return polled_socket::outcome::done;
}

} // namespace

void frame_writer::add_raw(std::string_view bytes) {
  unsent_ += bytes;
  raw_bytes_ += bytes.size();
}

polled_socket::outcome frame_writer::write_unsent(polled_socket& socket) {
  auto left = std::string_view{unsent_}.substr(sent_);
  const auto outcome = write_all(socket, left);
  sent_ = unsent_.size() - left.size();
  if (!left.empty() || unsent_.empty())
    return outcome;
  std::string{}.swap(unsent_);
  sent_ = raw_bytes_ = 0;
  return outcome;
}

polled_socket::outcome frame_writer::write(polled_socket& socket,
                                           std::string_view frames) {
  const auto outcome = write_all(socket, frames);
  if (outcome == polled_socket::outcome::blocked)
    unsent_ = frames;
  return outcome;
}

} // namespace greenroom::net
