#pragma once

#include <unordered_map>

#include <caf/typed_event_based_actor.hpp>

#include "actors/cluster_interfaces.hpp"
#include "actors/ports.hpp"
#include "protocol/session/suspension_ledger.hpp"

namespace greenroom {

/// Knows which node owns a room, and whatever stands for it on this one. Rooms hear
/// from it who owns them; other directories, when all rooms here have followed.
class shared_directory_process : public shared_directory_actor::base {
public:
  shared_directory_process(caf::actor_config& config, ports world, awareness aware,
                           node_name self, room_limits limits,
                           std::size_t room_count_max);

  const char* name() const override { return "greenroom.directory"; }

protected:
  shared_directory_actor::behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct entry {
    shared_room_actor room;
    std::uint64_t visit_count = 0;
    std::uint64_t followed_view = 0;
  };

  void route(const join_room& command, const room_listener_actor& listener);
  void route(const route_link& frame);
  void pass(const pass_on& frame);
  void retire(const retire_room& command, const room_actor& room);
  void adopt(const view_adopted& news);
  void note_followed(const room_followed& news, const shared_room_actor& room);
  void on_down(const caf::down_msg& down);
  std::vector<std::string> rooms() const;
  std::string nodes() const;
  /// Empty where there is no such room.
  template <class Answer = std::string, class Question>
  caf::result<Answer> pass_to_room(const Question& question);
  /// To the room on the node that is asked.
  template <class Question>
  caf::result<std::string> pass_to_node(Question question);

  /// @returns Null at the bound.
  entry* find_or_start(const room_id& room);
  ownership_changed ownership_of(const room_id& room) const;
  bool all_have_settled() const;
  bool all_have_followed() const;
  void tell_rooms();
  void tell_others();
  void settle();
  /// Logs who belongs to the cluster.
  void write(std::string_view event) const;

  ports world_;
  awareness aware_;
  node_name self_;
  room_limits limits_;
  std::size_t room_count_max_;
  std::unordered_map<room_id, entry> rooms_;
  suspension_ledger suspensions_;

  cluster_view view_;
  std::uint64_t fingerprint_ = 0;
  std::uint64_t spell_ = 0; ///< Of awareness, in which the view was adopted; 0: none.
  std::shared_ptr<const std::vector<node_name>> gone_;
  std::map<node_name, shared_directory_actor> others_;
  std::map<node_name, std::uint64_t> followed_; ///< By node, the view it has followed.
  std::uint64_t told_ = 0; ///< The view of which others know that we have followed.
  bool is_settled_ = false;
};

} // namespace greenroom
