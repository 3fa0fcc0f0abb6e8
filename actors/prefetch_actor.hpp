// Fetches the memory of an actor that will soon have mail.
#pragma once

#include <cstddef>

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/scheduled_actor.hpp>

#include "protocol/vocabulary/prefetch.hpp"

namespace greenroom {

/// What an actor occupies, its control block included: CAF keeps both together.
inline constexpr std::size_t session_bytes = 1664;
inline constexpr std::size_t room_bytes = 2240;

template <class Handle>
const caf::actor_control_block* block_of(const Handle& who) {
  return caf::actor_cast<caf::actor_control_block*>(who);
}

/// Lists where CAF keeps the handlers of `self`, which has become something.
inline void list_handlers(caf::scheduled_actor& self, prefetch_list& places) {
  constexpr std::size_t handlers_bytes = 448; // Of ten.
  const auto& handlers = self.bhvr_stack().back();
  places.add(&handlers, sizeof handlers);
  places.add(handlers.as_behavior_impl().get(), handlers_bytes);
}

template <class Handle>
void prefetch_actor(const Handle& who, std::size_t bytes) {
  prefetch(block_of(who), bytes);
}

} // namespace greenroom
