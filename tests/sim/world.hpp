// A whole Greenroom in one thread: nodes, connections and participants, one
// virtual clock, and a seed that everything which may go either way is drawn from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/checker.hpp"
#include "tests/sim/choices.hpp"
#include "tests/sim/connection.hpp"
#include "tests/sim/mesh.hpp"
#include "tests/sim/node.hpp"
#include "tests/sim/participant.hpp"
#include "tests/sim/trace.hpp"

namespace greenroom::sim {

/// Nodes that share rooms agree within so long of whatever came between them: silence
/// is noticed, links are dialled again, rooms move.
inline constexpr std::int64_t agreement_ms = 20'000;

struct world_options {
  std::uint64_t seed = 1;
  std::size_t node_count = 1;
  std::size_t room_count = 2;
  std::size_t participant_count = 8;
  bool speaks_phoenix = false; ///< Rather than decoded commands.
  bool shares_rooms = false;   ///< All nodes, rather than that each has its own.
  /// Whether small rooms count as wide, so that they gather roster changes; nothing:
  /// half of the seeds.
  std::optional<bool> has_wide_rooms = std::nullopt;
  /// Whether every other line brings all that is on its way at once.
  bool reads_at_once = true;
};

/// What the operator of this world's nodes has set.
struct house_rules {
  room_limits rooms;
  std::size_t outbox_bytes_max = 0;
};

class world {
public:
  /// @param rules  Drawn from the seed unless given.
  world(const world_options& options, trace& out, const house_rules* rules = nullptr);
  ~world();

  world(const world&) = delete;
  world& operator=(const world&) = delete;

  // -- parts ----------------------------------------------------------------------

  choices& random() { return random_; }
  chronicle& history() { return history_; }
  const chronicle& history() const { return history_; }
  watch& checkers() { return watch_; }
  const house_rules& rules() const { return rules_; }
  const world_options& options() const { return options_; }
  std::vector<std::unique_ptr<participant>>& people() { return people_; }
  const std::vector<std::unique_ptr<participant>>& people() const { return people_; }
  std::vector<std::shared_ptr<connection>>& lines() { return lines_; }
  const std::vector<std::shared_ptr<connection>>& lines() const { return lines_; }
  std::size_t node_count() const { return nodes_.size(); }
  /// @returns Null while the node is down.
  node* find_node(std::size_t index) { return nodes_[index].process.get(); }
  const node* find_node(std::size_t index) const { return nodes_[index].process.get(); }
  /// The rooms that a participant of a node may join.
  std::vector<std::string> rooms_of(std::size_t node_index) const;

  // -- running --------------------------------------------------------------------

  /// Lets one thing happen, any of those that are ready.
  /// @returns false if none is.
  bool step();
  void run(std::size_t event_count_max);
  /// Until nothing is ready.
  void settle();
  /// Lets time pass, and all that comes with it.
  void pass(std::int64_t ms);
  /// Lets time pass up to the next timer, but nothing of what that brings.
  void leap(std::int64_t ms_max);
  /// Time goes on by itself, whatever waits.
  void creep(std::int64_t ms);

  instant now() const { return now_; }
  std::int64_t elapsed_ms() const { return now_ - epoch_ms; }
  std::uint64_t event_count() const { return event_count_; }
  void after(std::int64_t wait_ms, std::function<void()> action);

  /// Something that a participant may notice has gone wrong on a server's side.
  void disturb() { disturbed_at_ = now_; }
  /// Rooms may have had two owners at a time since.
  void split() { was_split_ = true; }
  bool was_split() const { return was_split_; }
  /// @returns Whether a node takes one that lives for gone, or did so lately.
  bool is_parted() const { return is_parted_; }
  /// Nodes have agreed again.
  void reunite() { is_parted_ = false; }
  /// @returns When that was last; now, while something stands between nodes.
  instant disturbed_at() const { return disturbed_at_; }
  /// @returns Whether all nodes run and, if they share rooms, have had the time to
  ///          agree about who they are.
  bool is_whole() const;
  /// Numbers the seat of somebody who was let in.
  seat_number take_seat(const admission& seat);

  /// @returns When a client was last heard.
  instant heard_at() const { return heard_at_; }
  /// @returns Whether a wide room may not have told yet how its roster changed.
  bool may_gather() const {
    return rules_.rooms.wide_seats_min < limits::wide_room_seats_min
           && now_ - changed_at_ <= 2 * limits::presence_pace_ms;
  }

  /// @returns Whether a run has got nowhere for suspiciously long.
  bool is_stuck() const { return is_stuck_; }

  // -- connections ----------------------------------------------------------------

  /// @returns Null while the participant's node is down.
  std::shared_ptr<connection> connect(const participant& whose);
  /// The client closes; the server hears of it behind all that was said.
  void hang_up(connection& line);
  /// The connection breaks: both ends learn of it, and a part of what was on its
  /// way is lost.
  void break_line(connection& line);
  /// The server closes.
  void close(connection& line);
  participant* owner_of(const connection& line);

  // -- nodes ----------------------------------------------------------------------

  void kill_node(std::size_t index, std::int64_t down_ms);
  void stall_node(std::size_t index, std::int64_t stall_ms);
  /// It hands over its rooms and its participants, leaves, and is started again.
  void drain_node(std::size_t index, std::int64_t down_ms);
  /// @returns A node that takes connections: `home`, or another. Who roams is not always
  ///          brought back to the same.
  std::size_t choose_node(std::size_t home, bool roams);
  void cut_link(std::size_t one, std::size_t other, std::int64_t cut_ms);
  /// Nothing stands between nodes any more.
  void heal_links();
  /// @returns What nodes have said to each other.
  const std::vector<talk>& talks() const;
  bool is_connected(std::size_t one, std::size_t other) const;
  /// @returns Whether all nodes can speak to each other.
  bool is_meshed() const;

  // -- telling --------------------------------------------------------------------

  /// @param text  Puts the line together; called only if somebody listens.
  template <class Text>
  void say(Text text) {
    if (trace_)
      trace_.line(elapsed_ms(), text());
  }

private:
  struct place {
    std::unique_ptr<node> process;
    std::uint64_t life = 0; ///< Outdates what was planned for an earlier one.
    bool is_draining = false;
  };

  void start_node(std::size_t index);
  void hear_journal(std::size_t node_index, std::uint64_t actor,
                    const journal_entry& line);
  void run_node(place& where, std::size_t position);
  void bury_node(std::size_t index, std::int64_t down_ms);
  void leave_when_drained(std::size_t index, instant until, std::int64_t down_ms);
  void start_mesh();
  void beat_mesh();
  bool step_lines(std::size_t chosen);
  void submit(connection& line);
  void deliver(connection& line);
  void tidy();
  /// @returns When something next happens by itself, at most `until`.
  instant next_instant(instant until) const;
  void reach(instant moment);
  /// @returns Whether a node stands still, or cannot speak to another.
  bool is_harmed() const;
  void note_view(const journal_entry& line);
  void settle_once();

  world_options options_;
  trace& trace_;
  choices random_;
  house_rules rules_;
  instant now_ = epoch_ms;
  std::uint64_t event_count_ = 0;
  std::uint64_t line_count_ = 0;
  bool is_stuck_ = false;
  bool was_split_ = false;
  bool is_parted_ = false;
  instant heard_at_ = epoch_ms;
  instant changed_at_ = 0;                      ///< When a roster did, as its room notes.
  instant disturbed_at_ = epoch_ms - 3'600'000; ///< Long ago.

  chronicle history_;
  watch watch_;
  std::unique_ptr<mesh> mesh_; ///< Null with one node.
  std::vector<place> nodes_;
  std::vector<std::shared_ptr<connection>> lines_;
  std::vector<std::unique_ptr<participant>> people_;
  std::map<std::uint64_t, std::size_t> owners_; ///< Of lines, by number.
  std::multimap<instant, std::function<void()>> agenda_;
};

} // namespace greenroom::sim
