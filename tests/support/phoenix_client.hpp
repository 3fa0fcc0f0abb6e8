// A Phoenix client (V2 framing) for tests that reads like a conversation: say
// something, then expect an answer. One channel at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/json.hpp"
#include "tests/support/websocket_client.hpp"

namespace greenroom::test {

/// A frame as it was heard. Refs that were null are empty.
struct heard_frame {
  std::optional<std::string> join_ref;
  std::optional<std::string> ref;
  std::string topic;
  std::string event;
  json payload;
};

class phoenix_client {
public:
  explicit phoenix_client(std::uint16_t port) : socket(port) {}
  phoenix_client(std::uint16_t port, const websocket_client::options& how)
    : socket(port, how) {}

  // -- saying ------------------------------------------------------------------

  /// Asks to be let in, without waiting; what is said next is said there.
  /// @param params JSON.
  /// @returns The `ref` that the reply will echo.
  std::string ask_to_join(const std::string& room, const std::string& params);

  /// Joins, and insists on being let in.
  /// @returns The reply's response.
  json join(const std::string& room, const std::string& name = "somebody");
  json join_with(const std::string& room, const std::string& params);

  /// Pushes on the channel joined last. @returns The push's `ref`.
  std::string push(std::string_view event, const std::string& payload);

  /// Pushes without a `ref`: nobody answers unless it is refused.
  void push_silently(std::string_view event, const std::string& payload);

  /// Pushes, and waits for its answer. @returns The reply's payload.
  json ask(std::string_view event, const std::string& payload);

  void say(const std::string& text);
  void offer(const std::string& to_id, const std::string& sdp);
  void leave();

  /// @returns Whether the server answers a heartbeat: the connection lives.
  bool beats();

  // -- hearing -----------------------------------------------------------------

  using condition = std::function<bool(const heard_frame&)>;

  /// @returns The first frame not yet returned for which `matches`. Others stay.
  /// @throws timed_out, connection_lost
  heard_frame expect(const condition& matches, const std::string& what,
                     deadline until = soon());

  /// By its event's name.
  heard_frame expect(const std::string& event, deadline until = soon());

  /// @returns The payload of the reply to `ref`.
  json expect_reply(const std::string& ref, deadline until = soon());

  /// Waits until nobody of `who` is left in the room, by `presence_diff`s.
  void expect_leave_of(const std::string& who, deadline until = soon());

  /// Takes in what has arrived, without waiting.
  /// @returns All frames not yet returned.
  std::deque<heard_frame> catch_up();

  std::string topic;
  std::string join_ref;
  std::string self_id;
  websocket_client socket;

private:
  std::string new_ref() { return std::to_string(++refs_); }
  void send(const std::string& join_ref_json, const std::string& ref_json,
            std::string_view topic, std::string_view event, const std::string& payload);

  std::uint64_t refs_ = 0;
  std::deque<heard_frame> heard_;
};

} // namespace greenroom::test
