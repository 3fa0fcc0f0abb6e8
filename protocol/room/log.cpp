#include "protocol/room/log.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "protocol/room/seats.hpp"
#include "protocol/vocabulary/planted.hpp"

namespace greenroom {

namespace {

bool may_be_missed(const room_state& room, const std::optional<participant_id>& to) {
  if (to) {
    if (is_planted(planted_bug::signal_not_logged))
      return false;
    const auto* owner = find_seat(room, *to);
    return owner && owner->resumable;
  }
  return std::ranges::any_of(room.seats, &seat::resumable);
}

void forget_oldest(room_state& room) {
  const auto& oldest = room.log.front();
  if (!oldest.to)
    room.lost_seq = oldest.event->seq;
  else if (auto* owner = find_seat(room, *oldest.to))
    owner->lost_seq = oldest.event->seq;
  room.log_bytes -= log_weight(*oldest.event);
  room.log.pop_front();
}

/// What an owner has for certain: nothing before its join was for it.
std::uint64_t known_seq(const seat& owner, std::uint64_t last_seq) {
  return std::max(last_seq, owner.joined_seq);
}

} // namespace

std::size_t log_weight(const room_event& event) {
  return 2 * weight_of(event);
}

shared_event record(room_state& room, const seat& from, room_event::body&& what,
                    std::optional<participant_id> to) {
  auto event = std::make_shared<const room_event>(
    room.id.value, ++room.seq, std::move(what), push_mark{from.life, from.received});
  if (may_be_missed(room, to)) {
    room.log_bytes += log_weight(*event);
    room.log.push_back({event, to, room.now, {}});
    trim_log(room);
  }
  return event;
}

void trim_log(room_state& room) {
  while (!room.log.empty()
         && (room.log_bytes > room.limits.log_bytes_max
             || room.log.front().at + room.limits.log_age_ms_max <= room.now))
    forget_oldest(room);
}

std::vector<shared_event> missed_since(const room_state& room, const seat& owner,
                                       std::uint64_t last_seq) {
  const auto known = known_seq(owner, last_seq);
  const auto first = std::ranges::upper_bound(
    room.log, known, {}, [](const log_entry& entry) { return entry.event->seq; });
  std::vector<shared_event> missed;
  for (auto entry = first; entry != room.log.end(); ++entry)
    if ((!entry->to || *entry->to == owner.shown.who)
        && std::ranges::find(entry->heard_by, owner.shown.who) == entry->heard_by.end())
      missed.push_back(entry->event);
  if (is_planted(planted_bug::resume_skips_one) && !missed.empty())
    missed.erase(missed.begin());
  if (is_planted(planted_bug::resume_swaps_two) && missed.size() > 1)
    std::swap(missed[0], missed[1]);
  return missed;
}

std::vector<std::pair<participant_id, push_mark>>
heard_until(const room_state& room, const seat& owner, std::uint64_t last_seq) {
  std::map<participant_id, push_mark> latest;
  for (auto entry = room.log.rbegin(); entry != room.log.rend(); ++entry) {
    if (entry->at + 2 * limits::link_silence_ms_max < room.now)
      break; // All nodes have it for good, or are lost.
    const auto seq = entry->event->seq;
    const bool is_for_it = !entry->to || *entry->to == owner.shown.who;
    const bool is_heard = (seq > owner.joined_seq && seq <= last_seq)
                          || std::ranges::find(entry->heard_by, owner.shown.who)
                               != entry->heard_by.end();
    if (is_for_it && is_heard)
      latest.try_emplace(*speaker_of(*entry->event), entry->event->push);
  }
  return {latest.begin(), latest.end()};
}

bool is_truncated(const room_state& room, const seat& owner, std::uint64_t last_seq) {
  return known_seq(owner, last_seq) < std::max(room.lost_seq, owner.lost_seq);
}

} // namespace greenroom
