// Bugs on purpose, by which the simulator shows that it can fail. Only the copy of
// the sources that tests/sim/planted_bugs_test is built from has them.
#pragma once

#include <cstdint>

namespace greenroom {

enum class planted_bug : std::uint8_t {
  none,
  capacity_off_by_one,
  leave_lost_on_death,
  event_delivered_twice,
  resume_skips_one,
  resume_swaps_two,
  credit_never_returned,
  stale_attachment_honoured,
  diff_without_old_version,
  ghost_after_loss,
  resumable_thrown_out,
  room_outlives_members,
  room_ends_before_a_join,
  signal_to_everyone,
  signal_not_logged,
  former_not_told,
  window_without_end,
  received_one_short,
  answer_swallowed,
  heard_before_presence,
  newcomer_told_again,
};

#ifdef GREENROOM_PLANTED_BUGS
inline planted_bug active_bug = planted_bug::none;
inline bool is_planted(planted_bug which) {
  return which == active_bug;
}
#else
constexpr bool is_planted(planted_bug) {
  return false;
}
#endif

} // namespace greenroom
