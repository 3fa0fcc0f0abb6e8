// A participant whose connection may be cut at any moment, and whose client
// resumes as protocol/wire/phoenix.md tells it to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/phoenix_client.hpp"

namespace greenroom::test {

/// How a connection may end without a word.
enum class cut : std::uint8_t {
  reset,     ///< RST: what was not read yet is lost.
  finished,  ///< FIN.
  abandoned, ///< It stays open, and nobody is there.
  torn,      ///< RST in the middle of a frame.
  hasty,     ///< Reset; and the next one is cut as soon as it asked to join.
};
inline constexpr int cut_count = 5;

class resuming_client {
public:
  resuming_client(std::uint16_t port, std::string room, std::string name)
    : port_(port), room_(std::move(room)), name_(std::move(name)) {}

  /// Joins for the first time, and waits until it is in.
  void enter();

  /// Queues a push, and sends it as soon as the channel is joined.
  void push(const std::string& event, const std::string& payload);

  /// Takes in what has come, at most `frame_count_max` frames of it, and sends
  /// what can be sent.
  void go_on(std::size_t frame_count_max = ~std::size_t{0});

  void cut_off(cut how, std::mt19937_64& random);

  /// @returns Whether everything was said, as far as this side can know.
  bool has_said_all() const { return is_in_ && sent_ == outgoing_.size(); }

  const std::string& self_id() const { return self_id_; }
  const std::string& token() const { return token_; }
  int handle() { return now_->socket.socket().handle(); }

  /// What it heard of each sender, by event: each thing once, it should be.
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> heard;
  std::size_t resumed_count = 0;
  std::vector<std::string> faults;

private:
  void open();
  void ask_to_join();
  void give_up(cut how);
  void read(const heard_frame& frame);
  void read_reply(const heard_frame& frame);
  void read_event(const heard_frame& frame);
  void expect(bool holds, const std::string& what, const heard_frame& frame);

  struct pushed {
    std::string event, payload;
  };

  std::uint16_t port_;
  std::string room_, name_;
  std::optional<phoenix_client> now_;
  std::vector<phoenix_client> abandoned_; ///< Connections that nobody reads.
  bool is_in_ = false;
  std::string token_, self_id_;
  std::int64_t last_seq_ = 0;
  std::vector<pushed> outgoing_; ///< All it ever wanted to say.
  std::size_t sent_ = 0;         ///< How much of it the room has or will have.
};

} // namespace greenroom::test
