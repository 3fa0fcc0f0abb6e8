#include "actors/session_handle.hpp"

#include <utility>

#include <caf/send.hpp>

#include "actors/prefetch_actor.hpp"
#include "protocol/vocabulary/invariant.hpp"

namespace greenroom {

void session_handle::push(client_pushes&& pushes) {
  if (seat_) {
    taken_ = *seat_;
    seat_ = nullptr;
  }
  invariant(taken_.room != nullptr);
  caf::send_as(session_, taken_.room, apply_pushes{taken_.key, std::move(pushes)});
}

void session_handle::leave() const {
  caf::anon_send(session_, leave_session{});
}

void session_handle::lose() const {
  caf::anon_send(session_, lose_connection{});
}

void session_handle::prefetch() const {
  if (!taken_.room)
    return;
  prefetch_actor(taken_.room, room_bytes);
  prefetch_actor(session_, sizeof(caf::actor_control_block));
}

} // namespace greenroom
