// The side of a shared room that owns it. Only for shared_room.cpp.
#pragma once

#include "protocol/cluster/shared_room.hpp"

namespace greenroom {

/// Above that of any owner before, also of those of whom nobody tells any more: what
/// relays remember of them must not be taken for what this owner says.
std::uint64_t next_epoch(std::uint64_t last, instant now);

/// @returns Whether that node is gone by the view.
bool is_gone(const shared_room& shared, const node_name& name);

/// Applies a command and says what follows.
void carry_out(shared_room& shared, const asker& from, relayed_command command,
               bool is_aware, instant now, shared_outputs& out);

/// Takes in what was sent here while it waited, and goes on where others stopped.
void become_owner(shared_room& shared, instant now, shared_outputs& out);

/// Another owner's room arrives while this one is owned here: a split has healed.
void absorb_other(shared_room& shared, take_over other, instant now, shared_outputs& out);

/// Joins that were held are let in, or given up when their time is over.
void admit_held(shared_room& shared, bool is_aware, instant now, shared_outputs& out);

/// The next owner shall answer joins that were held here.
void pass_on_held(shared_room& shared, shared_outputs& out);

void owner_time(shared_room& shared, bool is_aware, instant now, shared_outputs& out);

/// The room's recorder, if any, goes on from what the room is now: it did not become so by
/// a command.
void begin_anew(const shared_room& shared);

/// Seats that have lost their session.
void suspend(shared_room& shared, const std::vector<seat_key>& seats, instant now,
             shared_outputs& out);

} // namespace greenroom
