// Reads what a `flight_recorder` dumped, and goes through it once more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/room/room.hpp"

namespace greenroom {

/// Time alone brought it.
struct clock_seen {};

struct flight_step {
  std::string line; ///< As it was recorded.
  instant now = 0;
  std::variant<join_room, apply_push, leave_room, suspend_seat, clock_seen> what;
  std::uint32_t digest = 0; ///< Of what was decided then.
};

/// One room's recording. Texts are stand-ins of their size.
struct flight {
  room_state start;
  std::vector<flight_step> steps;
};

/// @param fault Says in one line what is wrong, if anything is.
/// @returns All recordings of a dump, or nothing if any is malformed.
std::optional<std::vector<flight>> read_flights(std::string_view dump,
                                                std::string& fault);

/// Applies one step.
effects take_step(room_state& room, const flight_step& step);

} // namespace greenroom
