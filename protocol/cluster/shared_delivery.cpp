#include "protocol/cluster/shared_delivery.hpp"

#include <utility>

namespace greenroom {

namespace {

/// What a word weighs on top of the event that it may carry.
constexpr std::size_t word_bytes = 128;

struct weight_visitor {
  std::size_t operator()(const shared_event& event) const {
    return word_bytes + weight_of(*event);
  }
  std::size_t operator()(const std::shared_ptr<const admission>& seat) const {
    std::size_t bytes = word_bytes * (1 + seat->roster.size());
    for (const auto& event : seat->missed)
      bytes += weight_of(*event);
    return bytes + seat->heard.size() * sizeof(seat->heard.front());
  }
  std::size_t operator()(const auto&) const { return word_bytes; }
};

/// Whether a session of this node has heard the event already, from the owner that
/// died.
bool was_heard(shared_room& shared, const effect& what) {
  if (shared.heard_pushes.empty())
    return false;
  const auto* event = std::get_if<shared_event>(&what.what);
  const auto* from = event ? speaker_of(**event) : nullptr;
  const auto heard = from ? shared.heard_pushes.find(*from) : shared.heard_pushes.end();
  if (heard == shared.heard_pushes.end())
    return false;
  if (covers(heard->second, (*event)->push))
    return true;
  shared.heard_pushes.erase(heard);
  return false;
}

void say_to_one(shared_room& shared, effect what, shared_outputs& out) {
  if (const auto here = shared.sessions.find(what.who); here != shared.sessions.end()) {
    if (!was_heard(shared, what))
      out.emplace_back(say_session{here->second, std::move(what.what)});
  } else if (const auto home = shared.homes.find(what.who);
             home != shared.homes.end() && shared.links.contains(home->second)) {
    say_to_relays(shared, {home->second}, std::move(what), 0, out);
  }
}

/// A relay gives credit by itself, and an answer is given once.
bool is_superfluous(const effect& what, const asker& from) {
  return (from.relay != 0 && std::holds_alternative<credit_returned>(what.what))
         || (from.was_answered && std::holds_alternative<push_answered>(what.what));
}

void say_to_all_relays(shared_room& shared, effect what, shared_outputs& out) {
  std::vector<relay_number> all;
  for (const auto& [number, ledger] : shared.links)
    all.push_back(number);
  say_to_relays(shared, std::move(all), std::move(what), 0, out);
}

void say_to_all(shared_room& shared, effect what, shared_outputs& out) {
  if (!was_heard(shared, what))
    for (const auto& [who, session] : shared.sessions)
      if (what.to == audience::everyone || who != what.who)
        out.emplace_back(say_session{session, what.what});
  say_to_all_relays(shared, std::move(what), out);
}

void tell(shared_room& shared, const gathered_presence& news, shared_outputs& out) {
  for (const auto& [who, session] : shared.sessions)
    if (auto part = news.part_for(who))
      out.emplace_back(say_session{session, std::move(part)});
  if (shared.is == shared_room::role::owner)
    say_to_all_relays(shared, {audience::everyone, {}, news.whole()}, out);
}

} // namespace

void say_to_relays(shared_room& shared, std::vector<relay_number> to, effect what,
                   std::uint64_t answers, shared_outputs& out) {
  if (to.empty())
    return;
  const auto bytes = std::visit(weight_visitor{}, what.what);
  const auto number = ++shared.words;
  for (const auto relay : to)
    note_word(shared.links.at(relay), number, bytes, shared.steady);
  out.emplace_back(say_relays{
    std::move(to), link_word{shared.room.epoch, number, answers, std::move(what)}});
}

void tell_gathered(shared_room& shared, shared_outputs& out) {
  if (const auto news = shared.gathering.let_out(shared.steady))
    tell(shared, *news, out);
}

bool passes_gathering(shared_room& shared, const effect& what, shared_outputs& out) {
  const auto seat_count = shared.is == shared_room::role::owner
                            ? shared.room.seats.size()
                            : shared.relay.roster.size();
  if (shared.gathering.is_idle(what, seat_count))
    return true;
  const auto passage = shared.gathering.pass(what, seat_count, shared.steady);
  if (passage.first)
    tell(shared, *passage.first, out);
  return passage.goes_on;
}

void deliver(shared_room& shared, effects decided, const asker& from,
             shared_outputs& out) {
  for (auto& effect : decided) {
    if (!passes_gathering(shared, effect, out))
      continue;
    switch (effect.to) {
      case audience::sender:
        if (is_superfluous(effect, from))
          break;
        if (from.relay != 0 && shared.links.contains(from.relay))
          say_to_relays(shared, {from.relay}, std::move(effect), from.command, out);
        else if (from.session != 0)
          out.emplace_back(say_session{from.session, std::move(effect.what)});
        break;
      case audience::everyone:
      case audience::others: say_to_all(shared, std::move(effect), out); break;
      case audience::one:
      case audience::former: say_to_one(shared, std::move(effect), out); break;
    }
  }
}

// -- where participants are ------------------------------------------------------

void forget_home(shared_room& shared, const participant_id& who) {
  shared.sessions.erase(who);
  shared.homes.erase(who);
}

void set_home(shared_room& shared, const participant_id& who, const asker& from) {
  forget_home(shared, who);
  if (from.relay != 0)
    shared.homes[who] = from.relay;
  else
    shared.sessions[who] = from.session;
}

void follow_seat(shared_room& shared, const participant_id& who) {
  const auto* entry = find_seat(std::as_const(shared.room), who);
  if (!entry || entry->suspended_until)
    forget_home(shared, who);
}

std::vector<seat_key> spoken_for(const shared_room& shared) {
  std::vector<seat_key> result;
  for (const auto& entry : shared.room.seats)
    if (shared.sessions.contains(entry.shown.who)
        || shared.homes.contains(entry.shown.who))
      result.push_back({entry.shown.who, entry.attachment});
  return result;
}

void end_superseded(shared_room& shared, const std::vector<seat_key>& before,
                    shared_outputs& out) {
  for (const auto& [who, attachment] : before) {
    const auto* entry = find_seat(std::as_const(shared.room), who);
    if (entry && entry->attachment == attachment)
      continue;
    say_to_one(shared, {audience::former, who, session_ended{end_reason::superseded}},
               out);
    forget_home(shared, who);
  }
}

} // namespace greenroom
