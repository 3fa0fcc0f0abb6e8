#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "tests/sim/server_end.hpp"

namespace greenroom::sim {

/// One transport between a participant and its node: two queues in order, until
/// either end lets go. A line moves nothing by itself; the world says when.
class connection {
public:
  /// @param number  Counted over the run, for the trace.
  connection(std::uint64_t number, std::size_t node, std::unique_ptr<server_end> server)
    : number_(number), node_(node), server_(std::move(server)) {}

  std::uint64_t number() const { return number_; }
  std::size_t node() const { return node_; }
  server_end& server() { return *server_; }
  const server_end& server() const { return *server_; }

  // -- the client's end -----------------------------------------------------------

  slot_id next_slot() { return ++slot_count_; }
  void send(request said);
  /// The client lets go. What it said before still arrives, unless it is lost.
  void hang_up() { is_hung_up_ = true; }
  /// What was on its way is lost, but for the first `kept_count` requests.
  void lose_requests(std::size_t kept_count);

  // -- the line -------------------------------------------------------------------

  /// Nothing moves while it is cut, nor while it is held.
  bool is_cut = false;
  bool is_held = false;
  /// The client does not read.
  bool is_unread = false;

  /// As if one read brought all that is on its way, which is so for every other line.
  bool brings_all_at_once() const { return number_ % 2 == 1; }
  bool can_carry_up() const;
  void carry_up();
  bool can_carry_down() const;
  /// @returns Nothing if what came next was for nobody.
  std::optional<word> carry_down();
  const request& next_up() const { return up_.front(); }
  std::size_t waiting_up() const { return up_.size(); }

  // -- the server's end -----------------------------------------------------------

  /// The server learns that the client is gone, or sends it away.
  void close();
  /// The server has let go and the client does not know it yet.
  bool wants_to_close() const { return server_->is_lost() && !is_hung_up_ && !is_cut; }

  bool is_hung_up() const { return is_hung_up_; }
  /// Neither end has any more use for it.
  bool is_over() const { return is_hung_up_ && server_->is_lost(); }
  /// Both ends are there and hear each other.
  bool is_clean() const {
    return !is_hung_up_ && !server_->is_lost() && !is_cut && !is_held && !is_unread;
  }

private:
  std::uint64_t number_;
  std::size_t node_;
  std::unique_ptr<server_end> server_;
  slot_id slot_count_ = 0;
  std::deque<request> up_;
  bool is_hung_up_ = false;
};

} // namespace greenroom::sim
