#include "protocol/cluster/transfer.hpp"

#include <algorithm>
#include <utility>

#include "protocol/room/seats.hpp"

namespace greenroom {

namespace {

/// Shifts every instant of a room, but not those that clients were told, nor its name.
void shift(room_state& room, std::int64_t by_ms) {
  room.now += by_ms;
  for (auto& entry : room.seats)
    if (entry.suspended_until)
      *entry.suspended_until += by_ms;
  for (auto& entry : room.log)
    entry.at += by_ms;
  if (room.empty_since)
    *room.empty_since += by_ms;
}

bool is_new(const room_state& room) {
  return room.seats.empty() && room.seq == 0;
}

/// Unlike `add_seat` it asks for no free place: these were let in elsewhere.
seat& insert(room_state& room, seat entry) {
  const auto at = std::ranges::lower_bound(room.seats, entry.shown.who, {},
                                           [](const seat& x) { return x.shown.who; });
  room.empty_since.reset();
  if (entry.suspended_until)
    ++room.suspended_count;
  return *room.seats.insert(at, std::move(entry));
}

/// Of two sessions of one participant that of the later token is in use, also if it is
/// suspended just now: the other may be one that nobody has missed yet. Of equals, the
/// one that lives.
bool prevails(const seat& left, const seat& right) {
  const bool left_lives = !left.suspended_until;
  const bool right_lives = !right.suspended_until;
  return std::tie(left.generation, left_lives, left.attachment)
         > std::tie(right.generation, right_lives, right.attachment);
}

/// Whoever a relay tells of lives, by its account, so that decides nothing.
bool is_newer(const seat& told, const seat& ours) {
  return std::tie(told.generation, told.attachment)
         > std::tie(ours.generation, ours.attachment);
}

/// @returns The next of our attachments, which begin at `next`, above that of another.
attachment_number attachment_after(attachment_number other, attachment_number next) {
  return other < next
           ? next
           : next + ((other - next) / attachment_stride + 1) * attachment_stride;
}

/// Numbers of two owners do not compare: `base` is above all of both.
void join_numbering(seat& entry, std::uint64_t base) {
  entry.joined_seq = base;
  entry.lost_seq = entry.suspended_until ? base + 1 : 0;
}

void absorb_seats(room_state& room, std::vector<seat> others, std::uint64_t base) {
  for (auto& other : others) {
    join_numbering(other, base);
    auto* ours = find_seat(room, other.shown.who);
    if (!ours) {
      insert(room, std::move(other));
      continue;
    }
    // Pushes that one side has not heard of need not come again.
    const auto received = other.life == ours->life
                            ? std::max(ours->received, other.received)
                            : std::uint64_t{0};
    if (prevails(other, *ours)) {
      wake_seat(room, *ours);
      *ours = std::move(other);
      if (ours->suspended_until)
        ++room.suspended_count;
    }
    ours->received = std::max(ours->received, received);
  }
}

/// Who has left on either side sits on neither, unless it has come back meanwhile: a seat
/// that lives by the session which left has only not been told of that.
void absorb_departed(room_state& room, const std::deque<seat_key>& others) {
  auto all = std::exchange(room.departed, {});
  all.insert(all.end(), others.begin(), others.end());
  for (const auto& gone : all) {
    const auto* entry = find_seat(std::as_const(room), gone.who);
    if (!entry)
      room.departed.push_back(gone);
    else if (entry->suspended_until || entry->attachment == gone.attachment)
      remove_seat(room, gone.who);
  }
  while (room.departed.size() > limits::departed_count_max)
    room.departed.pop_front();
}

/// A roster by id. A relay looks through two of them for each newcomer behind it.
class roster_index {
public:
  explicit roster_index(const std::vector<presence>& roster) {
    by_id_.reserve(roster.size());
    for (const auto& shown : roster)
      by_id_.push_back(&shown);
    std::ranges::sort(by_id_, {}, &presence::who);
  }

  const presence* find(const participant_id& who) const {
    const auto at = std::ranges::lower_bound(by_id_, who, {}, &presence::who);
    return at == by_id_.end() || (*at)->who != who ? nullptr : *at;
  }

private:
  std::vector<const presence*> by_id_;
};

} // namespace

take_over pack(room_state room, instant now) {
  shift(room, -now);
  return {std::move(room), {}, 0};
}

void absorb(room_state& room, take_over other, instant now) {
  shift(other.room, now);
  if (is_new(room)) {
    const auto epoch = std::max(room.epoch, other.room.epoch);
    const auto limits = room.limits;
    const auto next = room.next_attachment;
    const auto version = std::max(room.next_version, other.room.next_version);
    const auto departed = std::move(room.departed);
    room = std::move(other.room);
    room.limits = limits;
    room.epoch = epoch;
    room.next_version = version;
    room.next_attachment = attachment_after(room.next_attachment, next);
    absorb_departed(room, departed);
    return;
  }
  room.now = std::max(room.now, now);
  room.epoch = std::max(room.epoch, other.room.epoch);
  room.next_version = std::max(room.next_version, other.room.next_version);
  room.next_attachment = attachment_after(other.room.next_attachment,
                                          room.next_attachment);
  const auto base = std::max(room.seq, other.room.seq);
  room.seq = base + 1;
  absorb_seats(room, std::move(other.room.seats), base);
  absorb_departed(room, other.room.departed);
}

void absorb(room_state& room, const attach_relay& told, instant now) {
  room.now = std::max(room.now, now);
  room.seq = std::max(room.seq, told.seq);
  const bool is_later = told.epoch > room.epoch;
  for (const auto& entry : told.seats) {
    room.next_attachment = attachment_after(entry.attachment, room.next_attachment);
    room.next_version = std::max(room.next_version, entry.shown.version + 1);
    auto* ours = find_seat(room, entry.shown.who);
    if (!ours) {
      if (is_later)
        insert(room, entry);
    } else if (entry.attachment == ours->attachment ? is_later : is_newer(entry, *ours)) {
      wake_seat(room, *ours);
      const auto received = entry.life == ours->life ? ours->received : 0;
      *ours = entry;
      ours->received = std::max(ours->received, received);
    }
  }
}

presence_changed difference(const std::vector<presence>& before,
                            const std::vector<presence>& after) {
  const roster_index now_by_id{after}, was_by_id{before};
  presence_changed news;
  for (const auto& shown : before)
    if (const auto* now = now_by_id.find(shown.who);
        !now || now->version != shown.version)
      news.leaves.push_back(shown);
  for (const auto& shown : after) {
    const auto* was = was_by_id.find(shown.who);
    if (was && was->version == shown.version)
      continue;
    news.joins.push_back(shown);
    news.joins.back().previous = was ? was->version : 0;
  }
  return news;
}

} // namespace greenroom
