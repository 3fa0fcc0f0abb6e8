#include "tools/greenroom-load/script.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace greenroom::load {

namespace {

constexpr auto never = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t gathering_count_max = 64;
constexpr std::int64_t stall_ns_max = 30 * ns_per_second;
constexpr std::int64_t heartbeat_seconds = 25;
constexpr std::int64_t turn_ns_max = 10 * ns_per_ms;
constexpr std::int64_t retry_ns = 20 * ns_per_ms;
constexpr std::int64_t look_ns_min = 2 * ns_per_ms;
constexpr int tries_max = 16;
constexpr std::uint64_t vanish_percent = 10;
constexpr int candidates_each = 3;
/// Of `mixed`, in percent; the rest is media.
constexpr std::uint64_t mixed_signals = 70;
constexpr std::uint64_t mixed_chats = 20;
constexpr double mixed_messages_per_churn = 200;

} // namespace

std::int64_t schedule::due_ns() const {
  if (per_second_ <= 0)
    return never;
  return begin_ns_
         + static_cast<std::int64_t>(static_cast<double>(count_) * 1e9 / per_second_);
}

script::script(const options& wanted, std::uint32_t first_room, std::uint32_t room_count,
               rendezvous& meeting)
  : wanted_(wanted),
    room_count_(room_count),
    meeting_(meeting),
    chance_(wanted.seed * 1'000'003 + first_room),
    crowd_(wanted, first_room, room_count, *this),
    answers_due_(crowd_.size()),
    due_ns_(crowd_.size()) {}

double script::share() const {
  return static_cast<double>(room_count_) / wanted_.rooms;
}

void script::run() {
  gather();
  meeting_.arrive(stage::gathered);
  if (const auto begin = meeting_.await_begin(); begin != 0)
    act(begin);
  drain();
  is_over_ = true;
  crowd_.record.end();
  meeting_.arrive(stage::acted);
}

tally script::result() {
  auto result = crowd_.record.counts;
  result.wrong = crowd_.found(is_over_);
  result.merged = crowd_.merged();
  return result;
}

// -- stages ---------------------------------------------------------------------

void script::gather() {
  heartbeats_ = {now_ns(), 1.0 / heartbeat_seconds};
  heartbeats_.advance(); // Not at once.
  last_progress_ns_ = now_ns();
  while (answered_ < crowd_.size() && !meeting_.is_stopped()) {
    open_more();
    turn(never);
    expect_progress(now_ns());
  }
  is_gathering_ = false;
  next_seat_ = under_way_ = answered_ = 0;
}

void script::open_more() {
  for (; next_seat_ < crowd_.size() && under_way_ < gathering_count_max; ++under_way_)
    crowd_.open(next_seat_++);
}

void script::act(std::int64_t begin_ns) {
  crowd_.record.begin(begin_ns);
  is_acting_ = true;
  begin_schedules(begin_ns);
  last_progress_ns_ = begin_ns;
  if (wanted_.what == workload::join)
    act_joins();
  else
    act_for(begin_ns + wanted_.duration_ns);
  is_acting_ = false;
  talks_ = churns_ = breaks_ = {};
}

void script::act_for(std::int64_t end_ns) {
  fill_windows();
  for (auto now = now_ns(); now < end_ns && !meeting_.is_stopped(); now = now_ns()) {
    run_schedules(now);
    turn(end_ns);
  }
  if (!meeting_.is_stopped())
    run_schedules(end_ns - 1); // What was due while the last turn took too long.
}

void script::begin_schedules(std::int64_t begin_ns) {
  const auto rate = wanted_.rate * share();
  switch (wanted_.what) {
    case workload::idle: break;
    case workload::churn: churns_ = {begin_ns, rate}; break;
    case workload::reconnect:
      breaks_ = {begin_ns, wanted_.drops * share()};
      talks_ = {begin_ns, rate};
      break;
    case workload::mixed:
      churns_ = {begin_ns, rate / mixed_messages_per_churn};
      talks_ = {begin_ns, rate};
      break;
    default:
      if (wanted_.window == 0)
        talks_ = {begin_ns, rate};
  }
}

void script::act_joins() {
  while (answered_ < crowd_.size() && !meeting_.is_stopped()) {
    const auto now = now_ns();
    join_more(now);
    turn(never);
    expect_progress(now);
  }
}

void script::join_more(std::int64_t now) {
  const auto window = static_cast<std::size_t>(wanted_.window * share() + 0.999);
  while (next_seat_ < crowd_.size()) {
    const auto due = wanted_.window > 0 ? now : talks_.due_ns();
    if (due > now || (wanted_.window > 0 && under_way_ >= window))
      return;
    talks_.advance();
    ++under_way_;
    crowd_.join(next_seat_++, due);
  }
}

/// Until nothing is missing, or nothing has come for as long as we have patience.
void script::drain() {
  last_progress_ns_ = now_ns();
  auto look_ns = last_progress_ns_;
  for (auto now = look_ns; now < last_progress_ns_ + wanted_.patience_ns;
       now = now_ns()) {
    if (now >= look_ns) {
      if (crowd_.is_settled() || meeting_.has_failed())
        return;
      // Looking takes its time in large rooms, which the server should have.
      look_ns = now_ns() + std::max(look_ns_min, 4 * (now_ns() - now));
    }
    run_timers(now);
    turn(look_ns);
    if (std::exchange(last_events_, events_) != events_)
      last_progress_ns_ = now;
  }
}

/// One turn of the loop, which ends when the next thing is due.
void script::turn(std::int64_t until_ns) {
  const auto now = now_ns();
  if (heartbeats_.due_ns() <= now) {
    heartbeats_.advance();
    crowd_.send_heartbeats();
  }
  auto next = std::min(
    {until_ns, now + turn_ns_max, talks_.due_ns(), churns_.due_ns(), breaks_.due_ns()});
  if (!timers_.empty())
    next = std::min(next, timers_.top().due_ns);
  crowd_.turn(wanted_.is_busy ? 0 : std::max<std::int64_t>(0, next - now));
}

void script::expect_progress(std::int64_t now) {
  if (std::exchange(last_events_, events_) != events_)
    last_progress_ns_ = now;
  if (now - last_progress_ns_ > stall_ns_max)
    throw run_failed("the server has not answered for 30 s");
}

void script::run_schedules(std::int64_t now) {
  for (; talks_.due_ns() <= now; talks_.advance())
    talk(talks_.due_ns());
  for (; churns_.due_ns() <= now; churns_.advance())
    replace_somebody(churns_.due_ns());
  for (; breaks_.due_ns() <= now; breaks_.advance())
    break_somebody();
  run_timers(now);
}

void script::run_timers(std::int64_t now) {
  while (!timers_.empty() && timers_.top().due_ns <= now) {
    const auto seat = timers_.top().seat;
    timers_.pop();
    if (crowd_.state(seat) == crowd::step::away)
      crowd_.open(seat);
    else
      crowd_.join(seat, due_ns_[seat]);
  }
}

// -- what the crowd tells -------------------------------------------------------

void script::on_open(std::size_t seat) {
  ++events_;
  if (is_gathering_ && wanted_.what == workload::join) {
    --under_way_;
    ++answered_;
    return;
  }
  if (is_gathering_)
    due_ns_[seat] = now_ns();
  crowd_.join(seat, due_ns_[seat]);
}

void script::on_joined(std::size_t) {
  ++events_;
  if (!is_gathering_ && wanted_.what != workload::join)
    return;
  --under_way_;
  ++answered_;
}

void script::on_turned_away(std::size_t seat) {
  ++events_;
  if (is_gathering_ || wanted_.what == workload::join) {
    if (wanted_.overbook == 0)
      throw run_failed("the server admits fewer to a room than --room-size="
                       + std::to_string(wanted_.room_size));
    --under_way_;
    ++answered_;
    return;
  }
  // Whoever was there before may still be on the way out.
  timers_.push({now_ns() + retry_ns, seat});
}

void script::on_roster(std::size_t seat) {
  ++events_;
  if (is_gathering_ || wanted_.what != workload::churn)
    return;
  const auto first = crowd_.first_of_room(seat);
  answers_due_[seat] = 0;
  for (auto other = first; other < first + wanted_.seats_per_room(); ++other)
    if (other != seat && crowd_.is_in(other)) {
      crowd_.say(phrase::offer, seat, other, now_ns());
      ++answers_due_[seat];
    }
}

void script::on_left(std::size_t seat) {
  ++events_;
  crowd_.finish(seat);
  crowd_.open(seat);
}

void script::on_heard(phrase what, std::size_t receiver, std::size_t sender) {
  ++events_;
  if (wanted_.what == workload::churn)
    negotiate(what, receiver, sender);
  else if (is_acting_ && wanted_.window > 0 && crowd_.is_in(sender))
    say_kind(wanted_.what, sender, now_ns());
}

// -- what the participants do ---------------------------------------------------

void script::fill_windows() {
  for (std::size_t seat = 0; seat < crowd_.size(); ++seat)
    for (auto left = crowd_.is_in(seat) ? wanted_.window : 0; left > 0; --left)
      say_kind(wanted_.what, seat, now_ns());
}

void script::talk(std::int64_t due_ns) {
  const auto from = somebody();
  if (from == nobody)
    return;
  if (wanted_.what != workload::mixed)
    return say_kind(wanted_.what, from, due_ns);
  const auto roll = chance_.below(100);
  say_kind(roll < mixed_signals                 ? workload::signal
           : roll < mixed_signals + mixed_chats ? workload::chat
                                                : workload::media,
           from, due_ns);
}

void script::say_kind(workload kind, std::size_t from, std::int64_t due_ns) {
  if (kind == workload::chat)
    crowd_.say(phrase::chat, from, from, due_ns);
  else if (kind == workload::media)
    crowd_.say(phrase::media, from, from, due_ns);
  else
    say_signal(from, due_ns);
}

void script::say_signal(std::size_t from, std::int64_t due_ns) {
  const auto to = somebody_else(from);
  if (to == nobody)
    return;
  const bool is_offer = chance_.below(100) < wanted_.offer_percent;
  crowd_.say(is_offer ? phrase::offer : phrase::candidate, from, to, due_ns);
}

/// Somebody leaves, and somebody new comes.
void script::replace_somebody(std::int64_t due_ns) {
  const auto seat = somebody();
  if (seat == nobody)
    return;
  due_ns_[seat] = due_ns;
  if (chance_.below(100) >= vanish_percent)
    return crowd_.leave(seat);
  crowd_.vanish(seat, true);
  crowd_.open(seat);
}

void script::break_somebody() {
  const auto seat = somebody();
  if (seat == nobody)
    return;
  crowd_.vanish(seat, false);
  timers_.push({now_ns() + wanted_.pause_ns, seat});
}

/// Each side trickles its candidates, as browsers do.
void script::negotiate(phrase what, std::size_t receiver, std::size_t sender) {
  if (what == phrase::candidate || !crowd_.is_in(sender))
    return;
  const auto now = now_ns();
  if (what == phrase::offer)
    crowd_.say(phrase::answer, receiver, sender, now);
  else if (answers_due_[receiver] > 0 && --answers_due_[receiver] == 0)
    crowd_.record.note(series::negotiation, now - due_ns_[receiver], now);
  for (int count = 0; count < candidates_each; ++count)
    crowd_.say(phrase::candidate, receiver, sender, now);
}

std::size_t script::somebody() {
  for (int tries = 0; tries < tries_max; ++tries)
    if (const auto seat = chance_.below(crowd_.size()); crowd_.is_in(seat))
      return seat;
  return nobody;
}

std::size_t script::somebody_else(std::size_t seat) {
  const auto first = crowd_.first_of_room(seat);
  for (int tries = 0; tries < tries_max; ++tries) {
    const auto other = first + chance_.below(wanted_.seats_per_room());
    if (other != seat && crowd_.is_shown(other))
      return other;
  }
  return nobody;
}

} // namespace greenroom::load
