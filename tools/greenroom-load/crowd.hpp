// The participants of some rooms: they join, speak, hear, and check what they hear.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tools/greenroom-load/connections.hpp"
#include "tools/greenroom-load/ledger.hpp"
#include "tools/greenroom-load/options.hpp"
#include "tools/greenroom-load/phrases.hpp"
#include "tools/greenroom-load/roster.hpp"
#include "tools/greenroom-load/tally.hpp"

namespace greenroom::load {

/// The run cannot go on: the server is not there, or no longer.
struct run_failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What the crowd tells whoever makes it move. Seats are counted within it.
struct crowd_listener {
  virtual void on_open(std::size_t seat) = 0;
  virtual void on_joined(std::size_t seat) = 0;
  virtual void on_turned_away(std::size_t seat) = 0;
  /// Its first roster has come.
  virtual void on_roster(std::size_t seat) = 0;
  virtual void on_left(std::size_t seat) = 0;
  /// A message has come to where its sender waits for it: a signal to its target,
  /// a broadcast back to its sender.
  virtual void on_heard(phrase what, std::size_t receiver, std::size_t sender) = 0;

protected:
  ~crowd_listener() = default;
};

class crowd final : private connection_listener {
public:
  /// @param first_room Of those of this crowd, among all rooms.
  crowd(const options& wanted, std::uint32_t first_room, std::uint32_t room_count,
        crowd_listener& listener);

  enum class step : std::uint8_t { away, connecting, open, joining, joined, leaving };

  std::size_t size() const { return seats_.size(); }
  step state(std::size_t seat) const { return seats_[seat].state; }
  bool is_in(std::size_t seat) const { return seats_[seat].state == step::joined; }
  /// Whether the room must show it: it is in, or may resume.
  bool is_shown(std::size_t seat) const;
  std::size_t first_of_room(std::size_t seat) const {
    return seat - seat % wanted_.seats_per_room();
  }

  void open(std::size_t seat);
  /// Of one whose connection is open, or that has just been turned away.
  void join(std::size_t seat, std::int64_t due_ns);
  void leave(std::size_t seat);
  /// After it has left: lets go of the connection too.
  void finish(std::size_t seat);
  /// Breaks the connection. @param for_good Whether it will not resume.
  void vanish(std::size_t seat, bool for_good);

  void say(phrase what, std::size_t from, std::size_t to, std::int64_t due_ns);

  void turn(std::int64_t patience_ns) { links_.turn(patience_ns); }

  /// So that no server thinks that quiet participants are gone.
  void send_heartbeats();

  /// Whether all that was said has arrived, and everybody sees everybody.
  bool is_settled() const;
  /// @param is_over Nothing more is to come, so what is missing is wrong too.
  violations found(bool is_over) const;
  std::uint64_t merged() const;

  recorder record;

private:
  /// What somebody has said, kept until the server has told that it has it.
  struct push {
    phrase what;
    std::size_t to;
    marker mark;
  };

  struct occupant {
    step state = step::away;
    bool is_to_resume = false; ///< It has lost its connection, not its seat.
    std::uint16_t generation = 0;
    std::uint32_t next_ref = 0;
    std::int64_t join_due_ns = 0;
    std::int64_t broke_ns = 0; ///< When it last lost its connection.
    std::string id;
    std::string token;
    std::uint64_t last_seq = 0;
    std::deque<push> pushes;
    std::uint64_t pushes_before = 0; ///< Those that are kept no more.
    roster sees;
  };

  void on_open(std::size_t number) override;
  void on_text(std::size_t number, std::string_view text) override;
  void on_end(std::size_t number, const std::string& why) override;

  void hear(phrase what, std::size_t number, const message& heard);
  void check_in_full(phrase what, std::size_t number, const message& heard,
                     const marker& mark);
  void hear_reply(std::size_t number, const message& heard);
  void hear_join_reply(std::size_t number, std::string_view payload);
  void admit(std::size_t number, const reply& answer);
  void take_back(std::size_t number, const reply& answer);
  void turn_away(std::size_t number, const reply& answer);
  void hear_refusal(std::size_t number, std::string_view payload);
  void hear_state(std::size_t number, std::string_view payload);
  void hear_diff(std::size_t number, std::string_view payload);
  void hear_close(std::size_t number);
  void transmit(std::size_t from, const push& what);

  std::size_t room_of(std::size_t seat) const { return seat / wanted_.seats_per_room(); }
  std::uint32_t room_number(std::size_t seat) const {
    return first_room_ + static_cast<std::uint32_t>(room_of(seat));
  }
  ledger& books(std::size_t seat) { return books_[room_of(seat)]; }
  stay_name name(std::size_t seat) const;
  void count_roster_faults(std::size_t seat, violations& into) const;

  const options& wanted_;
  std::uint32_t first_room_;
  std::uint32_t first_seat_;
  crowd_listener& listener_;
  phrases say_;
  std::vector<occupant> seats_;
  std::vector<ledger> books_;
  std::vector<std::string> topics_;
  violations found_;
  std::uint32_t heard_count_ = 0;
  connections links_; ///< Last, as it calls the rest.
};

} // namespace greenroom::load
