// The side of a shared room that relays. Only for shared_room.cpp and
// shared_owner.cpp.
#pragma once

#include "protocol/cluster/shared_room.hpp"

namespace greenroom {

/// A session of this node asks; the owner will answer.
void relay_on(shared_room& shared, session_number from, relayed_command command,
              shared_outputs& out);

/// Says what the relay has to say to its sessions.
void say_down(shared_room& shared, std::vector<relay_output::word> words,
              shared_outputs& out);

/// Asks the owner by the view to take this relay in, if it is free to.
void seek_owner(shared_room& shared, shared_outputs& out);

/// The view has changed: even an owner that stays may have lost us meanwhile, and must
/// know all who sit here before the view settles.
void confirm_owner(shared_room& shared, shared_outputs& out);

/// The owner has said its last word, or is gone.
void let_go(shared_room& shared, shared_outputs& out);

/// Asks again, if it is time.
void relay_time(shared_room& shared, shared_outputs& out);

void acknowledge_owner(shared_room& shared, shared_outputs& out);

} // namespace greenroom
