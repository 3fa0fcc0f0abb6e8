// The guarantees of the design, one checker each.
#pragma once

#include <memory>

#include "tests/sim/checker.hpp"

namespace greenroom::sim {

/// G1: nobody is admitted above a room's capacity; nobody is refused below it.
std::unique_ptr<checker> check_capacity(const world& where);

/// G2: of each room one process has seats, and each seat one voice.
std::unique_ptr<checker> check_ownership(const world& where);

/// G3, G5: a signal reaches its target and nobody else, once, in order, and is not
/// lost while both ends keep their seats.
std::unique_ptr<checker> check_delivery(const world& where);

/// G3, G5: all who sit in a room hear one order of what was said to everybody, and
/// miss nothing of it.
std::unique_ptr<checker> check_broadcasts(const world& where);

/// G4: all rosters agree, with each other and with who is there; no seat outlives
/// its connection by more than its window.
std::unique_ptr<checker> check_rosters(const world& where);

/// G4 where nodes share rooms: all who are in a room see each other, and in the end
/// nobody else.
std::unique_ptr<checker> check_meeting(const world& where);

/// G3, G5 where nodes share rooms: what somebody says to everybody is heard by each
/// once, in the order in which it was said, and nothing of it is missed.
std::unique_ptr<checker> check_hearing(const world& where);

/// G3: nobody hears from somebody whom it has not been told of, nor is told of the same
/// twice.
std::unique_ptr<checker> check_introductions(const world& where);

/// G5: nobody loses its seat without cause.
std::unique_ptr<checker> check_departures(const world& where);

/// G6: credit comes back, and mailboxes stay as short as it allows.
std::unique_ptr<checker> check_credit(const world& where);

/// G8: every join and every push is answered as the protocol says, once, in order.
std::unique_ptr<checker> check_answers(const world& where);

/// Between nodes: what is said arrives once, in order, and not in part.
std::unique_ptr<checker> check_links(const world& where);

/// Nothing is left when everybody has gone.
std::unique_ptr<checker> check_remains(const world& where);

/// Who comes back while nodes take each other for gone may come to where what it said and
/// heard meanwhile is not known, and say and hear it once more.
/// @param last By lane: from one seat, to another.
template <class Lanes>
void forget_lanes(Lanes& last, seat_number seat) {
  std::erase_if(last, [&](const auto& entry) {
    return entry.first.first == seat || entry.first.second == seat;
  });
}

void add_all_checkers(watch& to, const world& where);

} // namespace greenroom::sim
