// A room between two owners: packed, sent, and taken in by the next one.
#pragma once

#include "protocol/cluster/link.hpp"

namespace greenroom {

/// Packs a room for its next owner. Deadlines travel as what is left of them.
take_over pack(room_state room, instant now);

/// Takes in a room that another node has owned: by a handoff, when `room` is new
/// and becomes it as a whole, or when a split heals and both sides have a roster.
/// Then the union counts, even above the capacity; of one participant's two seats
/// that of the later token prevails, of equals the one that lives. Missed events of the
/// other side cannot be numbered among ours: who is suspended there will be told
/// `truncated`.
void absorb(room_state& room, take_over other, instant now);

/// Takes in what a relay knows of the seats behind it, where we know less: if its last
/// owner came after all whose rooms we have, or the seat has a later session. Else a seat
/// that we do not have has been given up, and the relay has not heard of it yet; and one
/// that was taken for lost stays so, as its session has missed what was said since, and
/// must resume.
/// @pre What other owners know was absorbed before; `room.epoch` is the last of theirs.
void absorb(room_state& room, const attach_relay& told, instant now);

/// @returns What turns one roster into the other. An update stands in both lists.
presence_changed difference(const std::vector<presence>& before,
                            const std::vector<presence>& after);

} // namespace greenroom
