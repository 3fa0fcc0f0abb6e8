#include "tools/greenroom-load/crowd.hpp"

#include <algorithm>
#include <iterator>

namespace greenroom::load {

namespace {

/// Every so many messages one is read as JSON, and compared in full.
constexpr std::uint32_t full_check_interval = 256;
constexpr std::uint32_t first_push_ref = 0x10;

traffic kind_of(phrase what) {
  return what <= phrase::candidate ? traffic::signal
         : what == phrase::chat    ? traffic::chat
                                   : traffic::media;
}

series series_of(phrase what) {
  return static_cast<series>(kind_of(what));
}

} // namespace

crowd::crowd(const options& wanted, std::uint32_t first_room, std::uint32_t room_count,
             crowd_listener& listener)
  : record(wanted.what != workload::join && wanted.what != workload::churn),
    wanted_(wanted),
    first_room_(first_room),
    first_seat_(first_room * static_cast<std::uint32_t>(wanted.seats_per_room())),
    listener_(listener),
    say_(wanted),
    seats_(room_count * wanted.seats_per_room()),
    links_(seats_.size(), *wanted.how, *this) {
  for (std::uint32_t room = 0; room < room_count; ++room) {
    const auto first = first_seat_
                       + room * static_cast<std::uint32_t>(wanted.seats_per_room());
    books_.emplace_back(first, wanted.seats_per_room());
    topics_.push_back(say_.topic(first_room + room));
  }
}

stay_name crowd::name(std::size_t seat) const {
  return {first_seat_ + static_cast<std::uint32_t>(seat), seats_[seat].generation};
}

bool crowd::is_shown(std::size_t seat) const {
  return books_[room_of(seat)].is_present(name(seat));
}

// -- what participants do -------------------------------------------------------

void crowd::open(std::size_t number) {
  auto& self = seats_[number];
  if (!self.is_to_resume)
    ++self.generation;
  self.state = step::connecting;
  // Members of a room are spread over all servers.
  links_.open(number, wanted_.urls[(first_seat_ + number) % wanted_.urls.size()]);
}

void crowd::join(std::size_t number, std::int64_t due_ns) {
  auto& self = seats_[number];
  self.state = step::joining;
  self.sees.clear();
  if (!self.is_to_resume) {
    self.join_due_ns = due_ns;
    self.next_ref = first_push_ref;
    self.token = wanted_.what == workload::reconnect ? phrases::first_resume : "";
    self.pushes.clear();
    self.pushes_before = 0;
  }
  say_.append_join(links_.out(number), room_number(number), name(number), self.token,
                   self.last_seq);
  if (!record.is_about_messages())
    record.note_sent(now_ns());
}

void crowd::leave(std::size_t number) {
  seats_[number].state = step::leaving;
  books(number).end_stay(name(number), true);
  say_.append_leave(links_.out(number), room_number(number));
}

void crowd::finish(std::size_t number) {
  links_.finish(number);
  seats_[number].state = step::away;
}

void crowd::vanish(std::size_t number, bool for_good) {
  links_.drop(number);
  seats_[number].state = step::away;
  seats_[number].is_to_resume = !for_good;
  seats_[number].broke_ns = now_ns();
  if (for_good)
    books(number).end_stay(name(number), false);
}

void crowd::say(phrase what, std::size_t from, std::size_t to, std::int64_t due_ns) {
  const auto kind = kind_of(what);
  const bool is_signal = kind == traffic::signal;
  const auto target = is_signal ? to : from;
  marker mark{.from = name(from), .to = name(target), .due_ns = due_ns};
  mark.number = is_signal ? books(from).book_signal(mark.from, mark.to)
                          : books(from).book_broadcast(kind, mark.from);
  const push said{what, to, mark};
  transmit(from, said);
  if (!seats_[from].token.empty())
    seats_[from].pushes.push_back(said);
  if (record.is_about_messages())
    record.note_sent(due_ns);
}

void crowd::transmit(std::size_t from, const push& what) {
  const bool is_signal = kind_of(what.what) == traffic::signal;
  say_.append(links_.out(from), what.what, room_number(from), seats_[from].next_ref++,
              is_signal ? std::string_view{seats_[what.to].id} : std::string_view{},
              what.mark);
}

void crowd::send_heartbeats() {
  for (std::size_t number = 0; number < seats_.size(); ++number)
    if (links_.is_open(number))
      say_.append_heartbeat(links_.out(number));
}

// -- what they hear -------------------------------------------------------------

void crowd::on_open(std::size_t number) {
  seats_[number].state = step::open;
  listener_.on_open(number);
}

void crowd::on_end(std::size_t, const std::string& why) {
  throw run_failed(why);
}

void crowd::on_text(std::size_t number, std::string_view text) {
  const auto heard = read_message(text);
  if (!heard) {
    ++found_.damaged;
    return;
  }
  const auto event = heard->event;
  if (heard->topic != topics_[room_of(number)]) {
    found_.misdelivered += heard->topic != "phoenix";
    return;
  }
  if (event == "signal:ice")
    hear(phrase::candidate, number, *heard);
  else if (event == "signal:offer")
    hear(phrase::offer, number, *heard);
  else if (event == "signal:answer")
    hear(phrase::answer, number, *heard);
  else if (event == "chat:msg")
    hear(phrase::chat, number, *heard);
  else if (event == "media:update")
    hear(phrase::media, number, *heard);
  else if (event == "phx_reply")
    hear_reply(number, *heard);
  else if (event == "presence_diff")
    hear_diff(number, heard->payload);
  else if (event == "presence_state")
    hear_state(number, heard->payload);
  else if (event == "phx_close" || event == "phx_error")
    hear_close(number);
  else
    ++found_.refused; // An error that was pushed.
}

void crowd::hear(phrase what, std::size_t number, const message& heard) {
  auto& self = seats_[number];
  if (self.state != step::joined)
    return; // It has left since.
  const auto mark = find_marker(heard.payload);
  if (!mark) {
    ++found_.damaged;
    return;
  }
  if (!self.token.empty())
    if (const auto seq = find_seq(heard.payload))
      self.last_seq = std::max(self.last_seq, *seq);
  if (!books(number).hear(kind_of(what), name(number), *mark))
    return;
  if (++heard_count_ % full_check_interval == 1)
    check_in_full(what, number, heard, *mark);
  const auto now = now_ns();
  record.note(series_of(what), now - mark->due_ns, now);
  if (kind_of(what) == traffic::signal || mark->from == name(number))
    listener_.on_heard(what, number, mark->from.seat - first_seat_);
}

void crowd::check_in_full(phrase what, std::size_t number, const message& heard,
                          const marker& mark) {
  const auto sender = mark.from.seat - first_seat_;
  if (mark.from != name(sender))
    return; // Its seat has somebody else's id by now.
  const auto text = encode(mark);
  auto wanted = say_.expect(what, {text.data(), text.size()});
  wanted.from_id = seats_[sender].id;
  if (kind_of(what) == traffic::signal)
    wanted.to_id = seats_[number].id;
  found_.damaged += !fulfils(heard.payload, wanted);
}

void crowd::hear_reply(std::size_t number, const message& heard) {
  const auto state = seats_[number].state;
  if (heard.ref == join_ref && state == step::joining)
    hear_join_reply(number, heard.payload);
  else if (heard.ref == leave_ref && state == step::leaving)
    listener_.on_left(number);
  else if (heard.payload.find(R"("status":"ok")") == std::string_view::npos)
    hear_refusal(number, heard.payload);
}

void crowd::hear_join_reply(std::size_t number, std::string_view payload) {
  const auto answer = read_reply(payload);
  if (!answer || (answer->is_ok && answer->self_id.empty()))
    throw run_failed("not the reply to a join: " + std::string{payload.substr(0, 200)});
  if (!answer->is_ok)
    return turn_away(number, *answer);
  if (seats_[number].is_to_resume)
    take_back(number, *answer);
  else
    admit(number, *answer);
}

void crowd::admit(std::size_t number, const reply& answer) {
  auto& self = seats_[number];
  self.state = step::joined;
  self.id = answer.self_id;
  self.token = answer.resume_token;
  self.last_seq = answer.last_seq;
  auto& room = books(number);
  room.begin_stay(name(number));
  const auto capacity = wanted_.capacity > 0 ? wanted_.capacity : answer.capacity;
  found_.over_capacity += capacity > 0 && room.present_count() > capacity;
  ++record.counts.joins;
  const auto now = now_ns();
  record.note(series::join, now - self.join_due_ns, now);
  listener_.on_joined(number);
}

void crowd::take_back(std::size_t number, const reply& answer) {
  auto& self = seats_[number];
  self.is_to_resume = false;
  if (!answer.resumed || answer.self_id != self.id
      || answer.received < self.pushes_before) {
    ++found_.not_resumed;
    books(number).end_stay(name(number), false);
    self.state = step::open; // Somebody else by now, who keeps quiet.
    return;
  }
  self.state = step::joined;
  self.token = answer.resume_token;
  while (self.pushes_before < answer.received && !self.pushes.empty()) {
    self.pushes.pop_front();
    ++self.pushes_before;
  }
  for (const auto& each : self.pushes)
    transmit(number, each);
  ++record.counts.resumes;
  const auto now = now_ns();
  record.note(series::resume, now - self.broke_ns, now);
  listener_.on_joined(number);
}

void crowd::turn_away(std::size_t number, const reply& answer) {
  if (answer.error != "capacity")
    throw run_failed("the server refuses a join: " + answer.error);
  seats_[number].state = step::open;
  ++record.counts.turned_away;
  listener_.on_turned_away(number);
}

void crowd::hear_refusal(std::size_t number, std::string_view payload) {
  const auto answer = read_reply(payload);
  if (!answer) {
    ++found_.damaged;
    return;
  }
  if (answer->is_ok)
    return;
  const auto first = first_of_room(number);
  bool is_there = answer->error != "unknown_peer";
  for (auto each = first; each < first + wanted_.seats_per_room(); ++each)
    is_there = is_there || (is_shown(each) && seats_[each].id == answer->to_id);
  ++(is_there ? found_.refused : record.counts.excused);
}

void crowd::hear_state(std::size_t number, std::string_view payload) {
  const auto people = read_presence_state(payload);
  if (!people) {
    ++found_.damaged;
    return;
  }
  const bool is_first = !seats_[number].sees.is_known();
  seats_[number].sees.take_state(*people);
  if (is_first && seats_[number].state == step::joined)
    listener_.on_roster(number);
}

void crowd::hear_diff(std::size_t number, std::string_view payload) {
  const auto diff = read_presence_diff(payload);
  if (!diff) {
    ++found_.damaged;
    return;
  }
  auto& self = seats_[number];
  for (const auto& each : diff->joins) {
    if (!each.who || self.sees.has(*each.who) || each.who->seat < first_seat_)
      continue;
    const auto seat = each.who->seat - first_seat_;
    if (seat >= seats_.size() || seats_[seat].generation != each.who->generation)
      continue;
    const auto now = now_ns();
    record.note(series::presence, now - seats_[seat].join_due_ns, now);
    record.counts.last_news_ns = now;
  }
  self.sees.take_diff(*diff);
}

void crowd::hear_close(std::size_t number) {
  // After a leave it is expected; otherwise the room is gone.
  if (seats_[number].state == step::joined)
    throw run_failed("the server closed the channel of a participant");
}

// -- what came of it ------------------------------------------------------------

bool crowd::is_settled() const {
  violations faults;
  for (std::size_t number = 0; number < seats_.size(); ++number) {
    const auto state = seats_[number].state;
    if (state == step::connecting || state == step::joining || state == step::leaving
        || seats_[number].is_to_resume)
      return false;
    if (state == step::joined)
      count_roster_faults(number, faults);
    if (faults.total() > 0)
      return false;
  }
  return std::ranges::all_of(books_, &ledger::is_settled);
}

void crowd::count_roster_faults(std::size_t number, violations& into) const {
  const auto first = first_of_room(number);
  std::size_t seen = 0, shown = 0;
  for (auto each = first; each < first + wanted_.seats_per_room(); ++each) {
    const bool is_there = is_shown(each);
    shown += is_there;
    seen += is_there && seats_[number].sees.has(name(each));
  }
  into.unseen += shown - seen;
  into.ghosts += seats_[number].sees.size() - seen;
}

violations crowd::found(bool is_over) const {
  auto result = found_;
  for (const auto& room : books_)
    result.add(room.found(is_over));
  for (std::size_t number = 0; is_over && number < seats_.size(); ++number)
    if (is_in(number))
      count_roster_faults(number, result);
  return result;
}

std::uint64_t crowd::merged() const {
  std::uint64_t result = 0;
  for (const auto& room : books_)
    result += room.merged();
  return result;
}

} // namespace greenroom::load
