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

bool session_handle::list_needed(prefetch_list& places) const {
  places.add(this, sizeof *this);
  if (!taken_.room)
    return false;
  places.add(block_of(taken_.room), room_bytes);
  places.add(block_of(session_), sizeof(caf::actor_control_block));
  return true;
}

} // namespace greenroom
