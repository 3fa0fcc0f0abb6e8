#pragma once

#include <atomic>
#include <optional>

#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "actors/listener_table.hpp"
#include "actors/ports.hpp"
#include "actors/room_observer.hpp"
#include "protocol/room/presence_gathering.hpp"
#include "protocol/room/room.hpp"

namespace greenroom {

/// The room value, and what a value cannot hold: whom to send to, and when to
/// look at the clock again.
class room_process : public room_actor::base {
public:
  room_process(caf::actor_config& config, ports world, directory_actor directory,
               room_id id, room_limits limits);

  const char* name() const override { return "greenroom.room"; }

  using room_actor::base::enqueue;
  /// From any thread.
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) override;

protected:
  room_actor::behavior_type make_behavior() override;
  void on_exit() override;

private:
  void take(const join_room& command, const room_listener_actor& listener);
  void take(apply_pushes&& command);
  void take(const leave_room& command);
  void take(const suspend_seat& command);
  void look_at_clock(const tick& look);
  void on_listener_down(const caf::down_msg& down);

  /// Applies a command, on the record.
  template <class Command>
  effects decide(Command&& command, instant now);

  /// Turns effects into messages.
  /// @param from Who `audience::sender` is; nobody if time brought the effects.
  void deliver(const effects& decided, const room_listener_actor& from);
  void address(const effect& what, const room_listener_actor& from);
  /// @returns Whether the effect is to be said now; otherwise it was gathered.
  bool passes_gathering(const effect& what);
  void tell(const gathered_presence& news);
  void say(const room_listener_actor& listener, const effect& what);

  void seat_listener(const effects& decided, const room_listener_actor& listener);
  /// Forgets the listener of a participant whose seat is gone or suspended.
  void unseat_listener(const participant_id& who);
  /// What follows each command: tells the directory of an empty room, and sees to it
  /// that deadlines are met.
  void look_ahead();
  void schedule_tick();
  void schedule_telling();
  /// What a push needs and only the room itself can find.
  void prefetch_for_pushes() const;
  void tell_gathered();
  room_listener_actor asker();

  ports world_;
  directory_actor directory_;
  room_state room_;
  room_observer observer_;
  presence_gathering gathering_;
  listener_table listeners_;
  std::uint64_t join_count_ = 0;
  bool is_spare_ = false; ///< The directory was told that nobody is here.
  bool retiring_ = false; ///< The directory was asked and has not answered yet.
  prefetch_list needed_;  ///< Whatever it is told.
  std::atomic<bool> is_need_known_ = false; ///< From then on `needed_` stays as it is.
  std::optional<instant> next_tick_;
  std::optional<instant> next_telling_; ///< By the steady clock.
};

} // namespace greenroom
