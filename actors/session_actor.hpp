#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "actors/ports.hpp"
#include "actors/session_handle.hpp"
#include "protocol/session/session.hpp"

namespace greenroom {

/// Stands for one client in one room: sees to its join and its end, and passes on what
/// the room says. What the client says goes past it, in its name.
class session_process : public session_actor::base {
public:
  session_process(caf::actor_config& config, ports world, directory_actor directory,
                  join_request request, std::shared_ptr<outbox_port> outbox,
                  std::string origin, std::shared_ptr<taken_seat> shown);

  const char* name() const override { return "greenroom.session"; }

  using session_actor::base::enqueue;
  /// From any thread.
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) override;

protected:
  session_actor::behavior_type make_behavior() override;
  void on_exit() override;

private:
  void join();
  /// The join's room, of which the directory or the room itself spoke first.
  void find(const caf::strong_actor_ptr& room);
  void on_admission(const shared_admission& seat);
  void on_room_down();
  void part(farewell how);
  /// Gives the seat up, or keeps it if the node still has room for suspensions.
  void suspend();
  void hear(session_event&& event);
  /// Says the last word, and ends.
  void conclude(session_event last_word);
  session_opened opened(const shared_admission& seat) const;

  ports world_;
  directory_actor directory_;
  room_actor room_;
  join_request request_;
  std::shared_ptr<outbox_port> outbox_;
  std::string origin_;
  std::shared_ptr<taken_seat> shown_; ///< To who holds the session; null once it is.
  session_state session_;
  prefetch_list needed_;        ///< To hear what the room says.
  prefetch_list needed_beyond_; ///< To pass it on. What its connection's thread writes.
  const void* connection_thread_;
  std::atomic<bool> is_need_known_ = false; ///< From then on `needed_` stays as it is.
};

} // namespace greenroom
