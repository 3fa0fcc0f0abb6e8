#include "tests/sim/participant.hpp"

#include <algorithm>
#include <utility>

#include "tests/sim/world.hpp"

namespace greenroom::sim {

participant::participant(world& where, std::size_t number, std::size_t node)
  : world_(where), number_(number), node_(node) {}

// -- coming -------------------------------------------------------------------

void participant::join(const std::string& room, bool resumable) {
  begin_stay(room, resumable);
  ask_to_join();
}

void participant::join_with_old_token() {
  stay_ = std::exchange(former_, {});
  ask_to_join();
}

void participant::join_again() {
  // As the stock client does: the topic's former channel is left first.
  line_->send({slot_, leave_topic{}});
  world_.checkers().tell(&checker::left, *this);
  begin_stay(room(), is_resumable());
  ask_to_join();
}

void participant::take_over() {
  world_.say([&] { return name() + " opens a second connection"; });
  world_.after(world_.random().between(0, 10'000),
               [this, former = line_] { world_.hang_up(*former); });
  line_ = nullptr;
  ask_to_join();
}

void participant::come_back() {
  if (phase_ == phase::away && is_waiting_)
    ask_to_join();
}

void participant::connect() {
  if (line_ && !line_->is_hung_up() && !line_->server().is_lost())
    return;
  node_ = world_.choose_node(node_, std::exchange(has_connected_, true));
  line_ = world_.connect(*this);
}

void participant::ask_to_join() {
  ++attempt_;
  is_waiting_ = false;
  connect();
  if (!line_)
    return come_back_later(1000); // The node is down.
  phase_ = phase::joining;
  slot_ = line_->next_slot();
  early_news_.clear();
  join_request wanted;
  wanted.room = {stay_.room};
  wanted.display_name = name();
  wanted.resumable = stay_.is_resumable;
  wanted.resume_token = stay_.token;
  wanted.last_seq = stay_.last_seq;
  world_.say([&] {
    const auto claim = " as " + short_name(stay_.claimed) + " who has heard up to "
                       + std::to_string(stay_.last_seq);
    return name() + " asks to join " + stay_.room + (stay_.token.empty() ? "" : claim)
           + " on line " + std::to_string(line_->number());
  });
  world_.checkers().tell(&checker::asked, *this, wanted);
  line_->send({slot_, std::move(wanted)});
}

void participant::come_back_later(std::int64_t wait_ms) {
  phase_ = phase::away;
  is_waiting_ = true;
  world_.after(wait_ms, [this, attempt = attempt_] {
    if (attempt == attempt_ && is_waiting_)
      ask_to_join();
  });
}

// -- going --------------------------------------------------------------------

void participant::leave() {
  world_.say([&] { return name() + " leaves"; });
  world_.checkers().tell(&checker::left, *this);
  line_->send({slot_, leave_topic{}});
  phase_ = phase::away;
  ++attempt_;
  former_ = std::exchange(stay_, {});
}

void participant::go(bool politely) {
  if (phase_ == phase::joined && politely)
    leave();
  world_.say([&] { return name() + " closes the page"; });
  if (line_)
    world_.hang_up(*line_);
  line_ = nullptr;
  phase_ = phase::away;
  is_waiting_ = false;
  ++attempt_;
}

void participant::lose(const connection& gone) {
  if (&gone != line_.get())
    return;
  world_.say([&] { return name() + " has lost its connection"; });
  line_ = nullptr;
  if (phase_ == phase::away)
    return;
  // Stock clients reconnect after 10 ms, then ever later, up to 5 s.
  come_back_later(world_.random().between(10, 5000));
}

void participant::begin_stay(std::string room, bool resumable) {
  stay_ = {};
  stay_.room = std::move(room);
  stay_.is_resumable = resumable;
  sent_count_ = 0;
}

// -- saying -------------------------------------------------------------------

void participant::push(push_kind kind, const participant_id& to,
                       const std::function<push_body(const std::string&)>& make) {
  const auto number = world_.history().add({number_, seat_, to, 0, kind});
  const auto mark = text_of(number);
  client_push said;
  if (world_.random().below(8) != 0)
    said.tag.ref = "\"" + mark.substr(1) + "\"";
  said.what = make(mark);
  said.bytes = 100 + world_.random().below(200);
  stay_.pushes.push_back(std::move(said));
  stay_.serials.push_back(number);
  send_rest();
}

/// What the room does not have yet, in order.
void participant::send_rest() {
  for (; sent_count_ < stay_.pushes.size(); ++sent_count_) {
    const auto& next = stay_.pushes[sent_count_];
    world_.checkers().tell(&checker::sent, *this, stay_.serials[sent_count_], next);
    line_->send({slot_, next});
  }
}

void participant::chat() {
  push(push_kind::chat, {}, [](const std::string& mark) { return say_chat{mark}; });
}

void participant::update_media() {
  auto& media = stay_.media;
  media.audio_muted = !media.audio_muted;
  push(push_kind::media, {}, [&](const std::string& mark) {
    media.devices.audio_device_id = mark;
    return greenroom::update_media{media, true};
  });
}

void participant::offer(const participant_id& to) {
  push(push_kind::signal, to, [&](const std::string& mark) {
    const auto padding = world_.random().below(64) == 0 ? world_.random().below(4000) : 0;
    return send_signal{
      to, session_description{session_description::kind::offer,
                              json_string{mark + std::string(padding, '.')}}};
  });
}

void participant::candidate(const participant_id& to) {
  push(push_kind::signal, to, [&](const std::string& mark) {
    return send_signal{to, ice_candidate{json_string{mark}, json_string{"0"}, 0, false}};
  });
}

void participant::blunder() {
  push(push_kind::refused, {}, [](const std::string&) {
    return refused_push{invalid_payload{"chat:msg", {"text: missing"}}};
  });
}

// -- hearing ------------------------------------------------------------------

void participant::hear(const connection& on_line, const word& said) {
  const bool is_current = said.slot == any_slot || said.slot == slot_;
  if (&on_line != line_.get() || !is_current || phase_ == phase::away)
    return; // Of a join that it has given up.
  if (const auto* state = std::get_if<roster_told>(&said.what))
    return take_roster(state->roster);
  const auto& event = std::get<session_event>(said.what);
  if (said.slot == any_slot && phase_ == phase::joining)
    return put_off(event);
  std::visit([&](const auto& what) { on(what); }, event);
  if (!std::holds_alternative<session_opened>(event))
    world_.checkers().tell(&checker::heard, *this, event);
}

/// A broadcast that was on its way to its former join. Stock clients take roster
/// changes for the new one's, and fold them once they have its roster.
void participant::put_off(const session_event& early) {
  if (const auto* happened = std::get_if<shared_event>(&early))
    if (const auto* news = std::get_if<presence_changed>(&(*happened)->what))
      early_news_.push_back(*news);
}

void participant::take_roster(const std::vector<presence>& roster) {
  roster_.clear();
  for (const auto& entry : roster)
    roster_[entry.who] = {entry};
  folded_early_news_ = !early_news_.empty();
  for (const auto& news : std::exchange(early_news_, {}))
    fold(news);
}

void participant::on(const session_opened& opened) {
  const auto& seat = *opened.seat;
  phase_ = phase::joined;
  self_ = seat.self;
  seat_ = world_.take_seat(seat);
  roster_.clear();
  for (const auto& entry : seat.roster)
    roster_[entry.who] = {entry};
  const bool goes_on = seat.resumed && seat.replay != replay_outcome::lost;
  if (!goes_on) {
    begin_stay(seat.room, seat.resumable);
    stay_.last_seq = seat.seq;
  }
  stay_.token = opened.resume_token;
  stay_.claimed = self_;
  world_.say([&] {
    return name() + " is in as " + short_name(self_) + ", seat " + std::to_string(seat_)
           + (seat.resumed ? goes_on ? ", resumed" : ", replay lost" : "") + ", of "
           + std::to_string(seat.roster.size());
  });
  world_.checkers().tell(&checker::entered, *this, seat);
  sent_count_ = std::min<std::size_t>(seat.received, stay_.pushes.size());
  send_rest();
  if (!goes_on)
    for (std::size_t at = 0; at < other_count(); ++at)
      offer(other(at));
}

void participant::on(const shared_event& happened) {
  if (happened->seq > 0)
    stay_.last_seq = happened->seq;
  if (const auto* news = std::get_if<presence_changed>(&happened->what))
    fold(*news);
  if (const auto* signal = std::get_if<signal_delivered>(&happened->what))
    answer(*signal);
}

/// Answers an offer, and sends candidates for either; candidates end it.
void participant::answer(const signal_delivered& signal) {
  const auto* description = std::get_if<session_description>(&signal.what);
  if (!description)
    return;
  if (description->type == session_description::kind::offer)
    push(push_kind::signal, signal.from, [&](const std::string& mark) {
      return send_signal{
        signal.from,
        session_description{session_description::kind::answer, json_string{mark}}};
    });
  candidate(signal.from);
}

/// As Phoenix's `syncDiff`: joins first; versions that are not named stay.
void participant::fold(const presence_changed& news) {
  for (const auto& joining : news.joins) {
    auto& versions = roster_[joining.who];
    std::erase_if(versions,
                  [&](const auto& one) { return one.version == joining.version; });
    versions.push_back(joining);
  }
  for (const auto& leaving : news.leaves) {
    const auto found = roster_.find(leaving.who);
    if (found == roster_.end())
      continue;
    std::erase_if(found->second,
                  [&](const auto& one) { return one.version == leaving.version; });
    if (found->second.empty())
      roster_.erase(found);
  }
}

void participant::on(const join_refused& answer) {
  world_.say([&] { return name() + " is refused: " + std::string{code_of(answer.why)}; });
  phase_ = phase::away;
  ++attempt_;
  // A full room is left alone; anything else is tried again.
  if (std::holds_alternative<unavailable>(answer.why))
    come_back_later(1000);
  else
    stay_.token.clear();
}

void participant::on(const room_left&) {
  phase_ = phase::away;
}

void participant::on(const session_ended& last_word) {
  world_.say([&] {
    return name()
           + (last_word.why == end_reason::superseded ? " is superseded"
                                                      : " lost its room");
  });
  ++attempt_;
  come_back_later(1000);
}

bool participant::is_settled() const {
  return is_in() && line_->is_clean()
         && line_->server().attachments().at(slot_).is_alive();
}

participant_id participant::other(std::size_t at) const {
  for (const auto& [who, versions] : roster_)
    if (who != self_ && at-- == 0)
      return who;
  return {};
}

} // namespace greenroom::sim
