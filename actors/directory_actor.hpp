#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <unordered_map>

#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "actors/ports.hpp"
#include "protocol/room/room.hpp"
#include "protocol/session/suspension_ledger.hpp"

namespace greenroom {

/// Knows each room of the node by its id, and is the only way to find one.
/// Joins pass through it, so that it knows how many a room was sent.
class directory_process : public directory_actor::base {
public:
  directory_process(caf::actor_config& config, ports world, room_limits each,
                    std::size_t room_count_max);

  const char* name() const override { return "greenroom.directory"; }

protected:
  directory_actor::behavior_type make_behavior() override;
  void on_exit() override;

private:
  using spare_list = std::list<room_id>;
  struct entry {
    room_actor room;
    std::uint64_t join_count = 0;
    std::optional<spare_list::iterator> spare; ///< Set while nobody is in the room.
  };
  using room_map = std::unordered_map<room_id, entry>;

  void route(const join_room& command, const room_listener_actor& listener);
  void spare(const room_emptied& news, const room_actor& room);
  void retire(const retire_room& command, const room_actor& room);
  /// @returns The room, if it has seen every join that was sent its way.
  room_map::iterator find_idle(const room_id& id, const room_actor& room,
                               std::uint64_t join_count);

  /// Sees to it that one more room may begin, if need be at the cost of the one that
  /// has been empty for longest.
  bool make_place();
  room_map::iterator begin_room(const room_id& id);
  void end_room(room_map::iterator ended);
  void forget(room_map::iterator gone);
  void occupy(entry& known);
  /// Says so when the node begins or ceases to be full.
  void look_at_load();

  std::vector<std::string> rooms() const;
  /// Empty where there is no such room.
  template <class Answer = std::string, class Question>
  caf::result<Answer> pass_to_room(const Question& question);
  void on_room_down(const caf::down_msg& down);

  ports world_;
  room_limits limits_;
  std::size_t room_count_max_;
  room_map rooms_;
  spare_list spares_; ///< Rooms that nobody is in, the longest-empty one first.
  bool is_full_ = false;
  suspension_ledger suspensions_;
};

} // namespace greenroom
