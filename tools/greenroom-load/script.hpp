// What the participants of one thread do, and when.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "tools/greenroom-load/chance.hpp"
#include "tools/greenroom-load/crowd.hpp"
#include "tools/greenroom-load/options.hpp"
#include "tools/greenroom-load/rendezvous.hpp"

namespace greenroom::load {

/// Moments that come so many times a second, whatever else happens.
class schedule {
public:
  schedule() = default;
  schedule(std::int64_t begin_ns, double per_second)
    : begin_ns_(begin_ns), per_second_(per_second) {}

  /// The next moment; never, if there are none.
  std::int64_t due_ns() const;
  void advance() { ++count_; }

private:
  std::int64_t begin_ns_ = 0;
  double per_second_ = 0;
  std::int64_t count_ = 0;
};

class script final : private crowd_listener {
public:
  /// @param first_room Of those of this thread.
  script(const options& wanted, std::uint32_t first_room, std::uint32_t room_count,
         rendezvous& meeting);

  /// Plays it from the first connection to the last check.
  /// @throws run_failed
  void run();

  /// @returns All that was counted; once `run` has ended, or has thrown.
  tally result();

  const recorder& record() const { return crowd_.record; }

private:
  struct timer {
    std::int64_t due_ns;
    std::size_t seat;
    bool operator>(const timer& other) const { return due_ns > other.due_ns; }
  };

  // The stages.
  void gather();
  void act(std::int64_t begin_ns);
  void act_for(std::int64_t end_ns);
  void act_joins();
  void drain();

  // The crowd's news.
  void on_open(std::size_t seat) override;
  void on_joined(std::size_t seat) override;
  void on_turned_away(std::size_t seat) override;
  void on_roster(std::size_t seat) override;
  void on_left(std::size_t seat) override;
  void on_heard(phrase what, std::size_t receiver, std::size_t sender) override;

  void begin_schedules(std::int64_t begin_ns);
  void run_schedules(std::int64_t now);
  void run_timers(std::int64_t now);
  void turn(std::int64_t until_ns);
  void open_more();
  void join_more(std::int64_t now);
  void fill_windows();
  void talk(std::int64_t due_ns);
  void say_signal(std::size_t from, std::int64_t due_ns);
  void say_kind(workload kind, std::size_t from, std::int64_t due_ns);
  void replace_somebody(std::int64_t due_ns);
  void break_somebody();
  void negotiate(phrase what, std::size_t receiver, std::size_t sender);
  std::size_t somebody();
  std::size_t somebody_else(std::size_t seat);
  void expect_progress(std::int64_t now);
  double share() const;

  static constexpr std::size_t nobody = ~std::size_t{0};

  const options& wanted_;
  std::uint32_t room_count_;
  rendezvous& meeting_;
  chance chance_;
  crowd crowd_;
  std::priority_queue<timer, std::vector<timer>, std::greater<>> timers_;
  schedule talks_, churns_, breaks_, heartbeats_;
  bool is_gathering_ = true;
  bool is_acting_ = false;
  bool is_over_ = false;
  std::size_t next_seat_ = 0; ///< To connect, then to join.
  std::size_t under_way_ = 0; ///< Connecting or joining.
  std::size_t answered_ = 0;  ///< Joins.
  std::uint64_t last_events_ = 0;
  std::uint64_t events_ = 0;
  std::int64_t last_progress_ns_ = 0;
  std::vector<std::uint32_t> answers_due_; ///< To a newcomer's offers, by seat.
  std::vector<std::int64_t> due_ns_;       ///< Of its join, by seat.
};

} // namespace greenroom::load
