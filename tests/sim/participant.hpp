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

  void hear(const connection& on, const word& said);
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
  const std::string& room() const { return stay_.room; }
  seat_number seat() const { return seat_; }
  bool is_resumable() const { return stay_.is_resumable; }
  /// Whom its token speaks of; nobody without one.
  const participant_id& claimed() const { return stay_.claimed; }
  bool has_old_token() const { return !former_.token.empty(); }
  /// What it was told on its way to a former join may have entered its roster, and
  /// whatever would have corrected that went to nobody: a race of Phoenix itself.
  bool may_see_ghosts() const { return folded_early_news_; }
  const roster_view& roster() const { return roster_; }
  const std::shared_ptr<connection>& line() const { return line_; }
  slot_id slot() const { return slot_; }
  /// Somebody else of the roster, by the count from its begin.
  participant_id other(std::size_t at) const;
  std::size_t other_count() const { return roster_.empty() ? 0 : roster_.size() - 1; }

private:
  enum class phase { away, joining, joined };

  /// What it keeps over its connections, to resume with.
  struct stay {
    std::string room;
    bool is_resumable = false;
    std::string token;
    participant_id claimed; ///< Whom the token speaks of.
    std::uint64_t last_seq = 0;
    media_state media;
    std::vector<client_push> pushes;
    std::vector<serial> serials; ///< Of the pushes.
  };

  void connect();
  void ask_to_join();
  void push(push_kind kind, const participant_id& to,
            const std::function<push_body(const std::string& mark)>& make);
  void send_rest();
  void begin_stay(std::string room, bool resumable);
  void come_back_later(std::int64_t wait_ms);

  void take_roster(const std::vector<presence>& roster);
  void put_off(const session_event& early);
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
  bool has_connected_ = false; ///< At first to the node that is named.
  std::size_t node_;
  phase phase_ = phase::away;
  bool is_waiting_ = false;   ///< To come back.
  std::uint64_t attempt_ = 0; ///< Outdates what was planned for an earlier one.

  std::shared_ptr<connection> line_;
  slot_id slot_ = 0;

  stay stay_;
  stay former_; ///< That it left itself, and may try to resume all the same.
  std::size_t sent_count_ = 0; ///< Pushes of this stay that the room has or will get.
  participant_id self_;
  seat_number seat_ = 0;
  roster_view roster_;
  std::vector<presence_changed> early_news_; ///< For when it has the roster.
  bool folded_early_news_ = false;
};

} // namespace greenroom::sim
