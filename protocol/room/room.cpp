#include "protocol/room/room.hpp"

#include <algorithm>
#include <utility>

#include "protocol/room/log.hpp"
#include "protocol/room/seats.hpp"
#include "protocol/vocabulary/invariant.hpp"
#include "protocol/vocabulary/planted.hpp"

namespace greenroom {

namespace {

/// Versions that one millisecond of a room's birth sets aside: more than a room
/// can hand out before its clock, and with it its successor's, has moved on.
constexpr presence_version versions_per_ms = 1 << 20;

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};

/// Time never goes back within a room, so that `ts` never decreases.
void advance(room_state& room, instant now) {
  room.now = std::max(room.now, now);
}

shared_event unnumbered(const room_state& room, presence_changed what) {
  return std::make_shared<const room_event>(room.id.value, 0, std::move(what));
}

// -- leaving ------------------------------------------------------------------

/// @returns The news of it, for all who stay.
effect vacate(room_state& room, const participant_id& who) {
  presence_changed news{{}, {find_seat(room, who)->shown}};
  remove_seat(room, who);
  return {audience::others, who, unnumbered(room, std::move(news))};
}

// -- joining ------------------------------------------------------------------

enum class entry_kind { first, resumed, reborn };

/// Tells what a claim amounts to; the order is the one that `apply` documents.
entry_kind judge(const room_state& room, const std::optional<resume_claim>& claim) {
  if (!claim)
    return entry_kind::first;
  if (const auto* owner = find_seat(room, claim->who)) {
    // The token last used stays good until the one that replaced it is used.
    const auto newer = claim->generation - owner->generation;
    return newer <= 1 ? entry_kind::resumed : entry_kind::first;
  }
  const bool left = std::ranges::find(room.departed, claim->who, &seat_key::who)
                    != room.departed.end();
  return claim->born_at != room.born_at && !left ? entry_kind::reborn : entry_kind::first;
}

/// A client hopes to resume as it joins once more, so its former seat was kept. It
/// is of no more use when the claim turns out to be worthless, or for another seat.
bool gives_up_former(const room_state& room, const join_room& command, entry_kind kind) {
  const auto& former = command.replaces;
  if (!former || (kind == entry_kind::resumed && command.claim->who == former->who))
    return false;
  const auto* owner = find_seat(room, former->who);
  return owner && owner->attachment == former->attachment;
}

std::shared_ptr<admission> admission_for(const room_state& room, const seat& owner) {
  auto result = std::make_shared<admission>();
  result->self = owner.shown.who;
  result->room = room.id.value;
  result->attachment = owner.attachment;
  result->capacity = room.limits.capacity;
  result->roster = roster_of(room);
  result->resumable = owner.resumable;
  result->generation = owner.generation + 1;
  result->seq = room.seq;
  result->received = owner.received;
  result->life = owner.life;
  result->born_at = owner.born_at;
  if (is_planted(planted_bug::received_one_short) && owner.received > 0)
    --result->received;
  return result;
}

/// A client that never heard of its admission to this room, as its connection was
/// lost meanwhile, still counts by the numbers of an earlier one. It begins anew
/// where it was admitted, and hears what was said to it since.
void replay_missed(const room_state& room, const join_room& command, const seat& owner,
                   admission& answer) {
  const bool counts_here = command.claim->born_at == owner.born_at;
  const auto last_seq = counts_here ? command.last_seq : owner.joined_seq;
  const bool is_cut = is_truncated(room, owner, last_seq);
  if (!counts_here)
    answer.replay = replay_outcome::lost;
  else if (is_cut)
    answer.replay = replay_outcome::truncated;
  if (!counts_here && is_cut)
    return;
  answer.missed = missed_since(room, owner, last_seq);
  answer.heard = heard_until(room, owner, last_seq);
  if (!counts_here)
    answer.seq = owner.joined_seq;
}

attachment_number take_attachment(room_state& room) {
  return std::exchange(room.next_attachment, room.next_attachment + attachment_stride);
}

effects resume(room_state& room, const join_room& command) {
  auto& owner = *find_seat(room, command.claim->who);
  effects result;
  if (!owner.suspended_until && !is_planted(planted_bug::former_not_told))
    result.push_back(
      {audience::former, owner.shown.who, session_ended{end_reason::superseded}});
  wake_seat(room, owner);
  owner.generation = command.claim->generation;
  owner.attachment = take_attachment(room);
  owner.owed = {};
  auto answer = admission_for(room, owner);
  answer->resumed = true;
  replay_missed(room, command, owner, *answer);
  result.push_back({audience::sender, owner.shown.who, std::move(answer)});
  return result;
}

effects admit(room_state& room, const join_room& command, bool reborn) {
  if (room.seats.size() >= seat_count_max(room))
    return {{audience::sender, command.fresh,
             join_refused{capacity_reached{room.limits.capacity}}}};
  auto& owner = add_seat(room, reborn ? command.claim->who : command.fresh);
  owner.shown.display_name = command.display_name;
  owner.shown.media.devices = command.devices;
  owner.shown.version = room.next_version++;
  owner.attachment = take_attachment(room);
  owner.resumable = command.resumable;
  owner.generation = reborn ? command.claim->generation : 0;
  owner.joined_seq = room.seq;
  owner.life = room.epoch;
  owner.born_at = room.born_at;
  auto answer = admission_for(room, owner);
  answer->resumed = reborn;
  answer->replay = reborn ? replay_outcome::lost : replay_outcome::complete;
  const auto who = owner.shown.who;
  return {{audience::sender, who, std::move(answer)},
          {audience::others, who, unnumbered(room, {{owner.shown}, {}})}};
}

// -- pushes -------------------------------------------------------------------

class push_rule {
public:
  push_rule(room_state& room, seat& from, effects& out)
    : room_(room), from_(from), out_(out) {}

  /// @returns Why not, if so.
  std::optional<refusal> operator()(send_signal&& command) {
    if (!find_seat(room_, command.to))
      return unknown_peer{command.to.to_string()};
    auto event = record(
      room_, from_,
      signal_delivered{from_.shown.who, command.to, std::move(command.what), room_.now},
      command.to);
    const auto hearer = is_planted(planted_bug::signal_to_everyone) ? audience::everyone
                                                                    : audience::one;
    out_.push_back({hearer, command.to, std::move(event)});
    return std::nullopt;
  }

  /// Broadcasts even when nothing changed: seed 0's clients ask for a new offer
  /// by an update that changes nothing.
  std::optional<refusal> operator()(update_media&& command) {
    auto& media = command.media;
    if (!command.devices_given)
      media.devices = from_.shown.media.devices;
    if (media != from_.shown.media)
      show(media);
    broadcast(media_updated{from_.shown.who, std::move(media), room_.now});
    return std::nullopt;
  }

  std::optional<refusal> operator()(say_chat&& command) {
    broadcast(chat_said{from_.shown.who, from_.shown.display_name,
                        std::move(command.text), room_.now});
    return std::nullopt;
  }

  std::optional<refusal> operator()(refused_push&& command) {
    return std::move(command.why);
  }
  std::optional<refusal> operator()(const answered_push&) { return std::nullopt; }

private:
  void broadcast(room_event::body&& what) {
    out_.push_back(
      {audience::everyone, {}, record(room_, from_, std::move(what), std::nullopt)});
  }

  void show(const media_state& media) {
    presence_changed news;
    if (!is_planted(planted_bug::diff_without_old_version))
      news.leaves.push_back(from_.shown);
    from_.shown.media = media;
    from_.shown.previous = std::exchange(from_.shown.version, room_.next_version++);
    news.joins.push_back(from_.shown);
    out_.push_back({audience::everyone, {}, unnumbered(room_, std::move(news))});
  }

  room_state& room_;
  seat& from_;
  effects& out_;
};

/// Returns credit in batches, as every message costs.
void settle_credit(seat& from, std::size_t bytes, effects& out) {
  if (is_planted(planted_bug::credit_never_returned))
    return;
  ++from.owed.count;
  from.owed.bytes += bytes;
  if (from.owed.count < limits::credit_batch_count
      && from.owed.bytes < limits::credit_batch_bytes)
    return;
  out.push_back({audience::sender, from.shown.who, std::exchange(from.owed, {})});
}

/// An empty room only knows whose tokens are void. Where nobody has one, it waits for
/// nobody.
instant abandoned_at(const room_state& room) {
  return *room.empty_since + (room.departed.empty() ? 0 : room.limits.linger_ms);
}

} // namespace

room_state make_room(room_id id, const room_limits& limits, instant now) {
  invariant(limits.capacity >= 1);
  room_state room;
  room.id = std::move(id);
  room.limits = limits;
  room.born_at = room.now = now;
  room.next_version = static_cast<presence_version>(now) * versions_per_ms + 1;
  room.empty_since = now;
  return room;
}

effects apply(room_state& room, const join_room& command, instant now) {
  invariant(!command.fresh.is_nil());
  advance(room, now);
  auto result = expire(room, now);
  // A room that was two for a while may hold more, as nobody is sent away.
  const auto seat_max = std::max(room.seats.size(), seat_count_max(room));
  const auto kind = judge(room, command.claim);
  if (gives_up_former(room, command, kind))
    result.push_back(vacate(room, command.replaces->who));
  auto answers = kind == entry_kind::resumed
                   ? resume(room, command)
                   : admit(room, command, kind == entry_kind::reborn);
  std::ranges::move(answers, std::back_inserter(result));
  invariant(room.seats.size() <= seat_max);
  return result;
}

effects apply(room_state& room, apply_push&& command, instant now) {
  advance(room, now);
  effects result;
  auto* from = find_seat(room, command.from.who);
  auto& tag = command.push.tag;
  if (!from) {
    result.push_back(
      {audience::sender, command.from.who, push_answered{std::move(tag), not_in_room{}}});
    return result;
  }
  const bool is_current = from->attachment == command.from.attachment
                          && !from->suspended_until;
  if (!is_current && !is_planted(planted_bug::stale_attachment_honoured))
    return result;
  ++from->received;
  const bool is_confirmed = tag.wants_reply() && confirms(command.push.what);
  auto why = std::visit(push_rule{room, *from, result}, std::move(command.push.what));
  if (why || (is_confirmed && !is_planted(planted_bug::answer_swallowed)))
    result.push_back(
      {audience::sender, from->shown.who, push_answered{std::move(tag), std::move(why)}});
  settle_credit(*from, command.push.bytes, result);
  return result;
}

effects apply(room_state& room, const leave_room& command, instant now) {
  advance(room, now);
  effects result{{audience::sender, command.from.who, room_left{}}};
  const auto* from = find_seat(room, command.from.who);
  if (from && from->attachment == command.from.attachment)
    result.push_back(vacate(room, command.from.who));
  return result;
}

effects apply(room_state& room, const suspend_seat& command, instant now) {
  advance(room, now);
  auto* from = find_seat(room, command.from.who);
  if (!from || from->attachment != command.from.attachment || from->suspended_until)
    return {};
  const bool is_kept = command.keep_seat
                       && !is_planted(planted_bug::resumable_thrown_out);
  if (!from->resumable || !is_kept)
    return {vacate(room, command.from.who)};
  from->suspended_until = room.now + room.limits.resume_window_ms;
  if (is_planted(planted_bug::window_without_end))
    *from->suspended_until += room.limits.resume_window_ms * 1'000;
  ++room.suspended_count;
  return {};
}

bool confirms(const push_body& what) {
  return std::holds_alternative<update_media>(what)
         || std::holds_alternative<say_chat>(what);
}

effects expire(room_state& room, instant now) {
  advance(room, now);
  trim_log(room);
  presence_changed news;
  if (room.suspended_count > 0)
    for (const auto& entry : room.seats)
      if (entry.suspended_until && *entry.suspended_until <= room.now)
        news.leaves.push_back(entry.shown);
  for (const auto& gone : news.leaves)
    remove_seat(room, gone.who);
  if (news.leaves.empty())
    return {};
  return {{audience::everyone, {}, unnumbered(room, std::move(news))}};
}

std::optional<instant> next_deadline(const room_state& room) {
  std::optional<instant> earliest;
  const auto consider = [&](instant at) {
    earliest = std::min(earliest.value_or(at), at);
  };
  if (room.suspended_count > 0)
    for (const auto& entry : room.seats)
      if (entry.suspended_until)
        consider(*entry.suspended_until);
  if (!room.log.empty())
    consider(room.log.front().at + room.limits.log_age_ms_max);
  if (room.empty_since)
    consider(abandoned_at(room));
  return earliest;
}

bool is_abandoned(const room_state& room, instant now) {
  return room.empty_since && abandoned_at(room) <= std::max(room.now, now);
}

} // namespace greenroom
