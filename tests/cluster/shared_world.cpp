#include "tests/cluster/shared_world.hpp"

#include <algorithm>

namespace greenroom::test {

namespace {

/// Relay numbers are node numbers, but zero is none.
relay_number number_of(std::size_t node) {
  return node + 1;
}
std::size_t node_of(relay_number number) {
  return number - 1;
}

} // namespace

shared_world::shared_world(std::size_t node_count, std::uint32_t capacity,
                           std::uint64_t seed, std::uint32_t wide_seats_min)
  : random(seed), nodes_(node_count) {
  room_limits limits;
  limits.capacity = capacity;
  limits.wide_seats_min = wide_seats_min;
  for (std::size_t at = 0; at < node_count; ++at) {
    nodes_[at].view = nodes_[at].told_settled = view_;
    nodes_[at].room = make_shared_room({"lobby"}, {"n" + std::to_string(at)}, limits,
                                       known_by(at, true), now);
  }
  advance(0);
}

void shared_world::advance(std::int64_t ms) {
  now += ms;
  for (auto& node : nodes_)
    node.room->steady = now;
}

ownership shared_world::known_by(std::size_t at, bool settled) const {
  auto gone = std::make_shared<std::vector<node_name>>();
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (!nodes_[other].alive)
      gone->push_back({"n" + std::to_string(other)});
  return {at == owner_, {"n" + std::to_string(owner_)}, settled, gone};
}

// -- guests ------------------------------------------------------------------------

guest& shared_world::join(std::size_t node) {
  auto& who = guests.emplace_back();
  who.node = node;
  who.session = guests.size();
  join_room command;
  command.room = {"lobby"};
  command.fresh = participant_id::from_random(random(), next_id_++);
  command.display_name = "g" + std::to_string(who.session);
  command.resumable = true;
  execute(node, ask(*nodes_[node].room, {who.session, 0, 0}, command, true, now));
  return who;
}

void shared_world::signal(guest& from, guest& to) {
  apply_push command;
  command.from = {from.id, from.attachment};
  command.push.bytes = 100;
  command.push.what = send_signal{
    to.id, session_description{session_description::kind::offer,
                               json_string{"s" + std::to_string(++from.spoken)}}};
  ++from.in_flight;
  execute(from.node,
          ask(*nodes_[from.node].room, {from.session, 0, 0}, command, true, now));
}

void shared_world::chat(guest& from) {
  apply_push command;
  command.from = {from.id, from.attachment};
  command.push.bytes = 100;
  command.push.tag.ref = "1";
  command.push.what = say_chat{"c" + std::to_string(++from.spoken)};
  ++from.in_flight;
  ++from.unanswered;
  execute(from.node,
          ask(*nodes_[from.node].room, {from.session, 0, 0}, command, true, now));
}

void shared_world::leave(guest& who) {
  execute(who.node, ask(*nodes_[who.node].room, {who.session, 0, 0},
                        leave_room{{who.id, who.attachment}}, true, now));
}

void shared_world::lose(guest& who) {
  who.ended = true;
  who.joined = false;
  execute(who.node, ask(*nodes_[who.node].room, {who.session, 0, 0},
                        suspend_seat{{who.id, who.attachment}, false}, true, now));
}

// -- views -------------------------------------------------------------------------

void shared_world::place(std::size_t owner) {
  owner_ = owner;
  ++view_;
}

void shared_world::kill(std::size_t node, std::size_t next_owner) {
  nodes_[node].alive = false;
  for (auto& [ends, packets] : channels_) {
    if (ends.second == node)
      packets.clear();
    // What it wrote may or may not have gone out.
    if (ends.first == node)
      packets.resize(draw(packets.size() + 1));
  }
  for (auto& who : guests)
    if (who.node == node)
      who.ended = true;
  if (owner_ == node)
    owner_ = next_owner;
  ++view_;
}

void shared_world::adopt_view(std::size_t at) {
  auto& self = nodes_[at];
  self.view = view_;
  execute(at, learn(*self.room, known_by(at, false), now));
  check_settled(at);
}

void shared_world::check_settled(std::size_t at) {
  auto& self = nodes_[at];
  if (self.view != view_ || is_settled(self))
    return;
  if (self.said_settled != view_ && has_followed(*self.room)) {
    self.said_settled = view_;
    for (std::size_t other = 0; other < nodes_.size(); ++other)
      if (other != at && nodes_[other].alive)
        post(at, other, {packet::kind::settled, {}, view_});
  }
  if (self.said_settled != view_)
    return;
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (other != at && nodes_[other].alive
        && !self.heard_settled.contains({other, view_}))
      return;
  self.told_settled = view_;
  execute(at, learn(*self.room, known_by(at, true), now));
}

// -- messages ----------------------------------------------------------------------

void shared_world::post(std::size_t from, std::size_t to, packet what) {
  if (nodes_[to].alive)
    channels_[{from, to}].push_back(std::move(what));
}

void shared_world::execute(std::size_t at, shared_outputs said) {
  for (auto& output : said) {
    if (const auto* word = std::get_if<say_session>(&output)) {
      hear(at, word->to, word->what);
    } else if (const auto* frame = std::get_if<say_relays>(&output)) {
      for (const auto to : frame->to)
        post(at, node_of(to), {packet::kind::frame, encode(frame->what), 0});
    } else if (const auto* up = std::get_if<say_owner>(&output)) {
      post(at, node_of(up->to), {packet::kind::frame, encode(up->what), 0});
    } else if (const auto* sought = std::get_if<find_owner>(&output)) {
      post(at, std::stoul(sought->to.value.substr(1)),
           {packet::kind::route, encode(sought->what), 0});
    }
  }
}

void shared_world::take(std::size_t from, std::size_t to, packet what) {
  auto& self = nodes_[to];
  if (what.is == packet::kind::settled) {
    self.heard_settled.insert({from, what.view});
    check_settled(to);
    return;
  }
  auto message = decode_link_message(what.bytes);
  if (!message) {
    violations.emplace_back("what was encoded is not decoded");
    return;
  }
  if (auto* room = std::get_if<take_over>(&*message)) {
    execute(to, receive(*self.room, number_of(from), std::move(*room), now));
    return;
  }
  if (const auto* yes = std::get_if<room_taken>(&*message)) {
    execute(to, hear_answer(*self.room, *yes, now));
    check_settled(to);
    return;
  }
  if (const auto* no = std::get_if<room_declined>(&*message)) {
    execute(to, hear_answer(*self.room, *no, now));
    return;
  }
  const bool is_for_owner = std::holds_alternative<link_command>(*message)
                            || std::holds_alternative<attach_relay>(*message)
                            || std::holds_alternative<link_acknowledged>(*message);
  if (is_for_owner)
    execute(to, hear_relay(*self.room, number_of(from), std::move(*message), true, now));
  else
    execute(to, hear_owner(*self.room, number_of(from), std::move(*message)));
  check_settled(to);
}

bool shared_world::act_once() {
  std::vector<std::function<void()>> choices;
  for (auto& [ends, packets] : channels_)
    if (!packets.empty() && nodes_[ends.second].alive)
      choices.push_back([this, ends = ends] {
        auto next = std::move(channels_[ends].front());
        channels_[ends].pop_front();
        take(ends.first, ends.second, std::move(next));
      });
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    if (!nodes_[at].alive)
      continue;
    if (nodes_[at].view != view_)
      choices.push_back([this, at] { adopt_view(at); });
    // A death is noticed when all that the dead has written was read.
    for (std::size_t other = 0; other < nodes_.size(); ++other)
      if (!nodes_[other].alive && !nodes_[at].lost[other]
          && channels_[{other, at}].empty())
        choices.push_back([this, at, other] {
          nodes_[at].lost[other] = true;
          execute(at, lose_relay(*nodes_[at].room, number_of(other), now));
          execute(at, lose_owner(*nodes_[at].room, number_of(other)));
          check_settled(at);
        });
  }
  if (choices.empty())
    return false;
  choices[draw(choices.size())]();
  return true;
}

void shared_world::step() {
  if (draw(8) != 0 && act_once())
    return;
  advance(static_cast<std::int64_t>(1 + draw(20)));
  for (std::size_t at = 0; at < nodes_.size(); ++at)
    if (nodes_[at].alive)
      if (const auto wait = wait_ms(*nodes_[at].room, now); wait && *wait <= 0)
        execute(at, pass_time(*nodes_[at].room, true, now));
}

void shared_world::settle() {
  for (int round = 0; round < 400; ++round) {
    while (act_once()) {}
    advance(120);
    for (std::size_t at = 0; at < nodes_.size(); ++at)
      if (nodes_[at].alive) {
        execute(at, pass_time(*nodes_[at].room, true, now));
        check_settled(at);
      }
  }
}

// -- what guests hear ----------------------------------------------------------------

void shared_world::hear(std::size_t at, session_number session,
                        const decltype(effect::what)& what) {
  auto& who = guests[session - 1];
  if (who.node != at || who.ended)
    return;
  if (const auto* event = std::get_if<shared_event>(&what)) {
    hear_event(who, **event);
  } else if (const auto* seat = std::get_if<std::shared_ptr<const admission>>(&what)) {
    if (who.joined)
      violations.emplace_back("let in twice");
    who.joined = true;
    who.id = (*seat)->self;
    who.attachment = (*seat)->attachment;
    for (const auto& shown : (*seat)->roster)
      who.roster.insert(shown.who);
  } else if (const auto* refused = std::get_if<join_refused>(&what)) {
    who.ended = true;
    who.refused = code_of(refused->why);
  } else if (const auto* credit = std::get_if<credit_returned>(&what)) {
    if (credit->count > who.in_flight)
      violations.emplace_back("more credit than was used");
    who.in_flight -= credit->count;
  } else if (const auto* answer = std::get_if<push_answered>(&what)) {
    if (!answer->tag.wants_reply())
      return; // A signal that was refused.
    if (who.unanswered == 0)
      violations.emplace_back("an answer too many");
    else
      --who.unanswered;
  } else if (std::holds_alternative<room_left>(what)) {
    who.ended = true;
    who.joined = false;
  } else if (const auto* end = std::get_if<session_ended>(&what)) {
    who.ended = true;
    who.joined = false;
    who.refused = end->why == end_reason::room_lost ? "room_lost" : "superseded";
  }
}

void shared_world::hear_event(guest& who, const room_event& event) {
  const auto note = [&](auto& heard, const participant_id& from, std::string_view word) {
    const std::string text{word};
    auto& numbers = heard[from];
    const auto number = std::stoull(text.substr(1));
    if (!who.roster.contains(from))
      violations.push_back("guest " + std::to_string(who.session) + " heard " + text
                           + " of whom it does not know");
    if (!numbers.empty() && number <= numbers.back())
      violations.push_back("guest " + std::to_string(who.session) + " heard " + text
                           + " after " + std::to_string(numbers.back()));
    numbers.push_back(number);
  };
  if (const auto* signal = std::get_if<signal_delivered>(&event.what)) {
    if (signal->to != who.id)
      violations.emplace_back("a signal for somebody else");
    note(who.signals, signal->from,
         std::get<session_description>(signal->what).sdp.escaped());
  } else if (const auto* chat = std::get_if<chat_said>(&event.what)) {
    note(who.chats, chat->from, chat->text);
  } else if (const auto* news = std::get_if<presence_changed>(&event.what)) {
    for (const auto& gone : news->leaves)
      who.roster.erase(gone.who);
    for (const auto& shown : news->joins)
      who.roster.insert(shown.who);
  }
}

} // namespace greenroom::test
