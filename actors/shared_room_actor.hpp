#pragma once

#include <map>
#include <optional>

#include <caf/typed_event_based_actor.hpp>

#include "actors/cluster_interfaces.hpp"
#include "actors/ports.hpp"
#include "actors/room_observer.hpp"
#include "protocol/cluster/reachability.hpp"

namespace greenroom {

/// A shared room value, and what a value cannot hold: handles, and the clock.
class shared_room_process : public shared_room_actor::base {
public:
  shared_room_process(caf::actor_config& config, ports world,
                      shared_directory_actor directory, awareness aware, room_id id,
                      node_name self, room_limits limits, ownership_changed known);

  const char* name() const override { return "greenroom.room"; }

protected:
  shared_room_actor::behavior_type make_behavior() override;
  void on_exit() override;

private:
  void ask(const room_listener_actor& from, relayed_command command);
  void ask_room(const room_listener_actor& from, relayed_command command);
  void hear(const link_frame& frame);
  void take_back(const not_passed_on& frame);
  void dispatch(relay_number from, link_message message);
  void on_down(const caf::down_msg& down);
  void look_at_clock(const tick& look);

  void execute(shared_outputs said);
  void say(const say_session& word);
  void say(const std::vector<relay_number>& to, const link_message& what);
  void write(const room_news& line);

  /// What follows every step: news for the directory, the next look at the clock.
  void conclude();
  void schedule_tick();
  /// Tells the room the steady time.
  /// @returns The other clock's.
  instant look_at_clocks();

  link_names names_of_links(const node_names& names) const;
  std::string testify(const testify_room& asked) const;
  room_summary summarize() const;

  session_number number_of(const room_listener_actor& session);
  relay_number number_of(const shared_room_actor& relay);
  void forget_session(session_number number);
  void forget_relay_of(relay_number number);
  /// Gives up the seat of a session that died without a word.
  void bury(session_number number);
  void suspend_orphans();
  bool is_aware() const;

  ports world_;
  shared_directory_actor directory_;
  awareness aware_;
  shared_room shared_;
  room_observer observer_;
  std::map<session_number, room_listener_actor> sessions_;
  std::map<caf::actor_addr, session_number> session_numbers_;
  std::map<relay_number, shared_room_actor> relays_;
  std::map<caf::actor_addr, relay_number> relay_numbers_;
  std::vector<std::pair<session_number, seat_key>> orphans_; ///< Died before they sat.
  std::uint64_t next_number_ = 1;
  std::uint64_t view_ = 0;          ///< The last one told by the directory.
  std::uint64_t spell_ = 0;         ///< Likewise.
  std::uint64_t reported_view_ = 0; ///< The last one told to the directory.
  std::uint64_t visit_count_ = 0;   ///< Joins and links that the directory sent here.
  bool retiring_ = false;
  std::optional<instant> next_tick_; ///< By the steady clock.
};

} // namespace greenroom
