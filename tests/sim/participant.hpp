#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/chronicle.hpp"
#include "tests/sim/connection.hpp"

namespace greenroom::sim {

class world;

/// The roster as a Phoenix client keeps it: all versions of everybody, of which
/// there must be one each once the room has spoken.
using roster_view = std::map<participant_id, std::vector<presence>>;

/// A person with a stock client. It knows what it was told, and no more.
class participant {
public:
  participant(world& where, std::size_t number, std::size_t node);

  // -- what it does ---------------------------------------------------------------

  void join(const std::string& room, bool resumable);
  /// Joins with the token of a stay that it has left.
  void join_with_old_token();
  void leave();
  /// Joins the topic that it is on already.
  void join_again();
  /// Resumes on a second connection while the first is alive.
  void take_over();
  void chat();
  void update_media();
  void offer(const participant_id& to);
  void candidate(const participant_id& to);
  /// Makes a push that its dialect refuses.
  void blunder();
  /// Closes the page: with a leave, or without a word.
  void go(bool politely);
  /// Comes back if it is not here, whatever it was waiting for.
  void come_back();

  // -- what it hears --------------------------------------------------------------

  void hear(const connection& on, word said);
  /// Its connection broke, as far as it can see.
  void lose(const connection& gone);

  // -- what others may ask --------------------------------------------------------

  std::size_t number() const { return number_; }
  std::size_t node() const { return node_; }
  std::string name() const { return "p" + std::to_string(number_); }
  bool is_in() const { return phase_ == phase::joined; }
  /// It is in, and what it says and hears goes through.
  bool is_settled() const;
  bool is_away() const { return phase_ == phase::away && !is_waiting_; }
  const participant_id& self() const { return self_; }
  const std::string& room() const { return room_; }
  seat_number seat() const { return seat_; }
  bool is_resumable() const { return resumable_; }
  bool has_old_token() const { return !old_token_.empty(); }
  const roster_view& roster() const { return roster_; }
  const std::shared_ptr<connection>& line() const { return line_; }
  slot_id slot() const { return slot_; }
  /// Somebody else of the roster, by the count from its begin.
  participant_id other(std::size_t at) const;
  std::size_t other_count() const { return roster_.empty() ? 0 : roster_.size() - 1; }

private:
  enum class phase { away, joining, joined };

  void connect();
  void ask_to_join();
  void push(push_kind kind, const participant_id& to,
            const std::function<push_body(const std::string& mark)>& make);
  void send_rest();
  void end_stay();
  void come_back_later(std::int64_t wait_ms);

  void on(const session_opened& opened);
  void on(const shared_event& happened);
  void on(const join_refused& answer);
  void on(const push_answered&) {}
  void on(const credit_returned&) {}
  void on(const room_left&);
  void on(const session_ended& last_word);
  void answer(const signal_delivered& signal);
  void fold(const presence_changed& news);

  world& world_;
  std::size_t number_;
  std::size_t node_;
  phase phase_ = phase::away;
  bool is_waiting_ = false;      ///< To come back.
  std::uint64_t attempt_ = 0;    ///< Outdates what was planned for an earlier one.

  std::shared_ptr<connection> line_;
  slot_id slot_ = 0;

  std::string room_;
  bool resumable_ = false;
  std::string token_, old_token_, old_room_;
  std::uint64_t last_seq_ = 0;

  participant_id self_;
  seat_number seat_ = 0;
  media_state media_;
  roster_view roster_;
  std::vector<client_push> outgoing_; ///< All pushes of this stay.
  std::vector<serial> serials_;       ///< Of the pushes.
  std::size_t sent_count_ = 0;        ///< How many of them the room has or will get.
};

} // namespace greenroom::sim
