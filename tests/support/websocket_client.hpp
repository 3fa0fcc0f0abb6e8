// A WebSocket client for tests: waits with deadlines, and misbehaves on demand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/deadline.hpp"
#include "tests/support/tcp_client.hpp"
#include "tests/support/websocket_frames.hpp"

namespace greenroom::test {

inline constexpr const char* phoenix_v2_path = "/socket/websocket?vsn=2.0.0";

/// @returns A request to upgrade.
/// @param headers More of them, each with its line end.
std::string upgrade_request(std::string_view path = phoenix_v2_path,
                            std::string_view headers = {});

/// While it sends, it also takes in what the server says, as browsers do; so it
/// never blocks a server that waits for it to read.
class websocket_client {
public:
  struct options {
    std::string path = phoenix_v2_path;
    std::string headers;
    int receive_buffer_bytes = 0;
  };

  /// @throws std::runtime_error unless the server upgrades.
  explicit websocket_client(std::uint16_t port) : websocket_client(port, options{}) {}
  websocket_client(std::uint16_t port, const options& how);

  void send_text(std::string_view text) { send(opcode::text, text); }
  void send(opcode kind, std::string_view payload, bool is_final = true);

  /// Sends bytes that need not be frames at all.
  void send_bytes(std::string_view bytes, deadline until = soon());

  /// @returns The next text or binary message, pieces put together; nothing
  ///          once the server has closed or ended the connection.
  /// @throws timed_out
  std::optional<std::string> receive(deadline until = soon());

  /// Takes what has arrived, without waiting for more.
  std::optional<std::string> try_receive();

  /// Drops all messages until the connection is over.
  /// @returns The server's close code; 1006 if it ended without one.
  std::uint16_t await_end(deadline until = soon());

  /// While false, nothing is taken off the socket.
  bool reads = true;
  bool answers_pings = true;
  /// Otherwise the server waits for our Close until its patience ends.
  bool answers_close = true;

  bool is_over() const { return over_; }
  /// @returns The server's close code, once it was seen.
  std::optional<std::uint16_t> close_code() const { return close_code_; }
  std::string close_reason() const { return close_reason_; }
  std::size_t ping_count() const { return ping_count_; }
  std::size_t pong_count() const { return pong_count_; }
  const std::string& response_head() const { return response_head_; }
  tcp_client& socket() { return socket_; }

private:
  void upgrade(const options& how);
  /// Takes in what is there. @returns Whether anything was.
  bool take_in();
  void take(const frame_parser::frame& piece);
  void take_close(std::string_view payload);
  void answer(opcode kind, std::string_view payload);

  tcp_client socket_;
  frame_parser parser_;
  std::string response_head_;
  std::string partial_;
  bool in_message_ = false;
  bool in_sending_ = false;
  std::string answers_; ///< Control frames that wait for the end of a frame of ours.
  bool close_sent_ = false;
  std::deque<std::string> messages_;
  bool over_ = false;
  std::optional<std::uint16_t> close_code_;
  std::string close_reason_;
  std::size_t ping_count_ = 0;
  std::size_t pong_count_ = 0;
};

} // namespace greenroom::test
