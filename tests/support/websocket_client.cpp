#include "tests/support/websocket_client.hpp"

#include <cstring>
#include <stdexcept>
#include <utility>

namespace greenroom::test {

namespace {

constexpr std::size_t read_bytes = 64 * 1024;

/// The example of RFC 6455, section 1.3, whose answer is known.
constexpr std::string_view sample_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view sample_answer = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

void require(bool holds, const std::string& what) {
  if (!holds)
    throw std::runtime_error(what);
}

} // namespace

std::string upgrade_request(std::string_view path, std::string_view headers) {
  std::string result = "GET " + std::string{path}
                       + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                         "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ";
  return result.append(sample_key).append("\r\n").append(headers).append("\r\n");
}

websocket_client::websocket_client(std::uint16_t port, const options& how)
  : socket_(port, how.receive_buffer_bytes) {
  upgrade(how);
}

void websocket_client::upgrade(const options& how) {
  const auto until = soon();
  socket_.send(upgrade_request(how.path, how.headers), until);
  // One byte at a time, as what follows the head belongs to the frames.
  while (!response_head_.ends_with("\r\n\r\n")) {
    char byte = 0;
    std::size_t received = 0;
    const auto what = socket_.try_receive(&byte, 1, received);
    require(what != tcp_client::arrival::end, "no upgrade: " + response_head_);
    if (what == tcp_client::arrival::bytes)
      response_head_ += byte;
    else if (!socket_.wait(true, false, until))
      throw timed_out("the answer to an upgrade");
  }
  require(response_head_.starts_with("HTTP/1.1 101 "), "no upgrade: " + response_head_);
  require(response_head_.find(sample_answer) != std::string::npos, "a wrong accept key");
}

void websocket_client::send(opcode kind, std::string_view payload, bool is_final) {
  close_sent_ = close_sent_ || kind == opcode::close;
  send_bytes(encode_frame(kind, payload, is_final));
}

void websocket_client::send_bytes(std::string_view bytes, deadline until) {
  in_sending_ = true;
  for (;;) {
    bytes.remove_prefix(socket_.try_send(bytes));
    if (bytes.empty())
      break;
    if (!socket_.wait(reads, true, until))
      throw timed_out("the server takes no more bytes");
    if (reads)
      take_in();
    if (over_)
      throw connection_lost("while sending");
  }
  in_sending_ = false;
  if (const auto answers = std::exchange(answers_, {}); !answers.empty())
    socket_.send(answers, until);
}

std::optional<std::string> websocket_client::receive(deadline until) {
  for (;;) {
    if (auto message = try_receive())
      return message;
    if (over_)
      return std::nullopt;
    if (!socket_.wait(true, false, until))
      throw timed_out("a message");
  }
}

std::optional<std::string> websocket_client::try_receive() {
  while (messages_.empty() && !over_ && reads)
    if (!take_in())
      break;
  if (messages_.empty())
    return std::nullopt;
  auto message = std::move(messages_.front());
  messages_.pop_front();
  return message;
}

std::uint16_t websocket_client::await_end(deadline until) {
  reads = true;
  while (receive(until)) {}
  return close_code_.value_or(1006);
}

bool websocket_client::take_in() {
  std::size_t received = 0;
  const auto what = socket_.try_receive(parser_.prepare(read_bytes), read_bytes,
                                        received);
  parser_.commit(received);
  while (const auto piece = parser_.next())
    take(*piece);
  if (what == tcp_client::arrival::end) {
    over_ = true;
    socket_.half_close(); // Or the server would wait for our end in vain.
  }
  return what == tcp_client::arrival::bytes;
}

void websocket_client::take(const frame_parser::frame& piece) {
  require(!close_code_, "the server sent a frame after its Close");
  switch (piece.kind) {
    case opcode::close: return take_close(piece.payload);
    case opcode::ping:
      ++ping_count_;
      if (answers_pings)
        answer(opcode::pong, piece.payload);
      return;
    case opcode::pong: ++pong_count_; return;
    case opcode::text:
    case opcode::binary: require(!in_message_, "a message within a message"); break;
    case opcode::continuation: require(in_message_, "a continuation of nothing"); break;
  }
  partial_.append(piece.payload);
  in_message_ = !piece.is_final;
  if (piece.is_final)
    messages_.push_back(std::exchange(partial_, {}));
}

void websocket_client::take_close(std::string_view payload) {
  require(payload.size() >= 2, "a Close without a code");
  close_code_ = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8
                                           | static_cast<unsigned char>(payload[1]));
  close_reason_ = payload.substr(2);
  require(close_sent_ || *close_code_ != 1000,
          "the server closed with 1000, after which older clients do not come back");
  if (answers_close && !close_sent_)
    answer(opcode::close, payload.substr(0, 2));
}

void websocket_client::answer(opcode kind, std::string_view payload) {
  close_sent_ = close_sent_ || kind == opcode::close;
  append_frame(answers_, kind, payload);
  if (in_sending_)
    return;
  try {
    socket_.send(std::exchange(answers_, {}));
  } catch (const connection_lost&) {
    // What was received before is still to be read; its end tells the rest.
  }
}

} // namespace greenroom::test
