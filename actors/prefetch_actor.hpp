// Fetches the memory of an actor that will soon have mail.
#pragma once

#include <cstddef>

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>

#include "protocol/vocabulary/prefetch.hpp"

namespace greenroom {

/// What an actor occupies, its control block included: CAF keeps both together.
inline constexpr std::size_t session_bytes = 1408;
inline constexpr std::size_t room_bytes = 2112;

template <class Handle>
void prefetch_actor(const Handle& who, std::size_t bytes) {
  prefetch(caf::actor_cast<caf::actor_control_block*>(who), bytes);
}

} // namespace greenroom
