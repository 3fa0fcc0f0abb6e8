#pragma once

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
  directory_process(caf::actor_config& config, ports world, room_limits limits);

  const char* name() const override { return "greenroom.directory"; }

protected:
  directory_actor::behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct entry {
    room_actor room;
    std::uint64_t join_count = 0;
  };

  void route(const join_room& command, const room_listener_actor& listener);
  void retire(const retire_room& command, const room_actor& room);
  std::vector<std::string> rooms() const;
  caf::result<std::string> dump(const dump_room& command);
  void on_room_down(const caf::down_msg& down);

  ports world_;
  room_limits limits_;
  std::unordered_map<room_id, entry> rooms_;
  suspension_ledger suspensions_;
};

} // namespace greenroom
