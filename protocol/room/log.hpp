// The room's memory: what those who resume may have missed.
#pragma once

#include "protocol/room/room.hpp"

namespace greenroom {

/// @returns What an entry counts: if its bytes were also encoded, it occupies about
///          twice its event's weight.
std::size_t log_weight(const room_event& event);

/// Numbers an event and keeps it if anybody who may resume is to hear it.
/// @param from Whose latest push brings it.
/// @param to   Nobody in particular means everyone.
shared_event record(room_state& room, const seat& from, room_event::body&& what,
                    std::optional<participant_id> to);

/// Forgets what is older or more than the limits allow.
void trim_log(room_state& room);

/// @returns What `owner` missed after `last_seq`, in order. Never anything from
///          before it joined, whatever it claims to have seen.
std::vector<shared_event> missed_since(const room_state& room, const seat& owner,
                                       std::uint64_t last_seq);

/// @returns By sender, the last push up to `last_seq` that was for `owner`; of lately, as
///          only such a push may be asked for once more.
std::vector<std::pair<participant_id, push_mark>>
heard_until(const room_state& room, const seat& owner, std::uint64_t last_seq);

/// @returns Whether events after `last_seq` may be missing from the log.
bool is_truncated(const room_state& room, const seat& owner, std::uint64_t last_seq);

} // namespace greenroom
