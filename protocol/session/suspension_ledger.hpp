// How many suspended seats one address holds on a node. Without it, joining and
// hanging up in a loop would fill rooms with seats that nobody sits on.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

#include "protocol/vocabulary/ids.hpp"
#include "protocol/vocabulary/limits.hpp"

namespace greenroom {

struct suspension_ledger {
  struct suspension {
    std::string origin;
    instant until = 0;
  };

  std::size_t per_origin_max = limits::suspended_per_origin_max;
  std::size_t origin_count_max = limits::suspended_origin_count_max;
  std::unordered_map<participant_id, suspension> held;
  std::unordered_map<std::string, std::size_t> counts; ///< By origin; never zero.
  std::deque<std::pair<instant, participant_id>>
    deadlines; ///< In order, as windows are alike.
};

/// Notes that `who` of `origin` may keep its seat for `window_ms`.
/// @returns false, with nothing noted, at either bound: the seat is given up.
bool claim(suspension_ledger& ledger, const participant_id& who,
           const std::string& origin, instant now, std::int64_t window_ms);

/// `who` has resumed. Nothing happens if no suspension is held.
void release(suspension_ledger& ledger, const participant_id& who);

} // namespace greenroom
