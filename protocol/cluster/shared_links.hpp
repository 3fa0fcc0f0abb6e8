// The owner's side of the links with its relays. Only for shared_owner.cpp and
// shared_room.cpp.
#pragma once

#include "protocol/cluster/shared_room.hpp"

namespace greenroom {

/// Acknowledgements and stability may wait a little, so that they go together.
void talk_soon(shared_room& shared);

/// @param behind Who the relay says sits there. Others may have been let in since.
relay_attached answer_to(const shared_room& shared, relay_number relay,
                         const std::vector<seat>& behind);

/// The relay hears of everything from now on.
void take_in(shared_room& shared, relay_number from, const attach_relay& told,
             shared_outputs& out);

/// What it asks once more must not be replayed to those who heard it.
void note_hearing(shared_room& shared, const attach_relay& told);

/// Those who have heard the roster `before` are told what has become of it.
void tell_difference(shared_room& shared, const std::vector<presence>& before,
                     shared_outputs& out);

/// Relays that have had an owner of a later epoch must hear us too.
void raise_epoch(shared_room& shared, std::uint64_t other, shared_outputs& out);

/// @param question Zero: it has not asked, or was granted already.
void refuse_relay(const shared_room& shared, relay_number which, std::uint64_t question,
                  shared_outputs& out);

/// Links that are owed more than may be.
void drop_overfull(shared_room& shared, instant now, shared_outputs& out);

/// Links that owe us an acknowledgement for too long, and those of an empty room, which
/// they would keep alive, are looked after.
void look_after_links(shared_room& shared, bool is_aware, instant now,
                      shared_outputs& out);

/// @returns When that is next due, by the steady clock.
std::optional<instant> next_look_at_links(const shared_room& shared);

/// Tells relays which of their commands need not be kept any more.
void tell_stable(shared_room& shared, shared_outputs& out);

} // namespace greenroom
