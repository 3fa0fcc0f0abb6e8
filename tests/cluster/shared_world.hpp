// One room on several nodes, without actors: each node holds the value, messages
// between nodes wait in order in a channel each, and a seed decides what comes next.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "protocol/cluster/shared_room.hpp"

namespace greenroom::test {

/// Somebody in the room, as a client of node `node` sees itself.
struct guest {
  std::size_t node = 0;
  session_number session = 0;
  participant_id id;
  attachment_number attachment = 0;
  bool joined = false;
  bool ended = false; ///< The session is over: left, refused or lost.
  std::string refused;
  std::set<participant_id> roster;
  std::uint64_t spoken = 0;
  std::uint32_t in_flight = 0;
  std::uint32_t unanswered = 0;
  /// By sender, what came: numbers that only grow by one.
  std::map<participant_id, std::vector<std::uint64_t>> signals, chats;
};

class shared_world {
public:
  /// @param wide_seats_min From how many seats on roster changes are gathered.
  shared_world(std::size_t node_count, std::uint32_t capacity, std::uint64_t seed,
               std::uint32_t wide_seats_min = limits::wide_room_seats_min);

  std::mt19937_64 random;
  instant now = 1'000'000'000;
  std::deque<guest> guests;
  std::vector<std::string> violations;

  std::size_t draw(std::size_t below) { return random() % below; }
  std::size_t node_count() const { return nodes_.size(); }
  bool lives(std::size_t node) const { return nodes_[node].alive; }
  shared_room& room(std::size_t node) { return *nodes_[node].room; }

  guest& join(std::size_t node);
  void signal(guest& from, guest& to);
  void chat(guest& from);
  void leave(guest& who);
  void lose(guest& who);

  /// The view changes: this node owns the room from now on.
  void place(std::size_t owner);
  void kill(std::size_t node, std::size_t next_owner);

  /// Delivers one message, tells one node of the view, or lets time pass.
  void step();
  /// Until nothing is under way.
  void settle();

private:
  struct packet {
    enum class kind { frame, route, settled } is = kind::frame;
    std::string bytes;
    std::size_t view = 0;
  };
  struct station {
    bool alive = true;
    std::optional<shared_room> room;
    std::size_t view = 0;
    std::size_t said_settled = 0; ///< The view for which it told others.
    std::size_t told_settled = 0; ///< The view for which it is settled.
    std::set<std::pair<std::size_t, std::size_t>> heard_settled; ///< (node, view)
    std::map<std::size_t, bool> lost; ///< Peers whose death it has noticed.
  };

  void advance(std::int64_t ms);
  void execute(std::size_t at, shared_outputs said);
  void hear(std::size_t at, session_number session, const decltype(effect::what)& what);
  void hear_event(guest& who, const room_event& event);
  void take(std::size_t from, std::size_t to, packet what);
  void adopt_view(std::size_t at);
  void check_settled(std::size_t at);
  bool is_settled(const station& which) const { return which.told_settled == view_; }
  ownership known_by(std::size_t at, bool settled) const;
  void post(std::size_t from, std::size_t to, packet what);
  bool act_once();

  std::vector<station> nodes_;
  std::map<std::pair<std::size_t, std::size_t>, std::deque<packet>> channels_;
  std::size_t owner_ = 0;
  std::size_t view_ = 1;
  std::uint64_t next_id_ = 1;
};

} // namespace greenroom::test
