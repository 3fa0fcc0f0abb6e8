#include "protocol/cluster/shared_relay.hpp"

#include <algorithm>
#include <utility>

#include "protocol/cluster/shared_delivery.hpp"

namespace greenroom {

using role = shared_room::role;
using stage = shared_room::bond::stage;

namespace {

void say_up(const shared_room& shared, std::vector<link_command> commands,
            shared_outputs& out) {
  for (auto& command : commands) {
    command.since = shared.owner.since;
    out.emplace_back(say_owner{shared.owner.number, std::move(command)});
  }
}

void note_admission(shared_room& shared, session_number session,
                    const decltype(effect::what)& what) {
  if (const auto* seat = std::get_if<std::shared_ptr<const admission>>(&what))
    shared.sessions[(*seat)->self] = session;
}

void say_to_asker(shared_room& shared, relay_output::word word, shared_outputs& out) {
  const auto asked = shared.askers.find(word.answers);
  if (asked == shared.askers.end())
    return;
  note_admission(shared, asked->second, word.what.what);
  const bool is_last = std::holds_alternative<room_left>(word.what.what);
  out.emplace_back(say_session{asked->second, std::move(word.what.what)});
  if (is_last)
    std::erase_if(shared.sessions,
                  [&](const auto& x) { return x.second == asked->second; });
}

void say_to_one(shared_room& shared, relay_output::word word, shared_outputs& out) {
  const auto here = shared.sessions.find(word.what.who);
  if (here == shared.sessions.end())
    return;
  const bool is_last = std::holds_alternative<session_ended>(word.what.what);
  out.emplace_back(say_session{here->second, std::move(word.what.what)});
  if (is_last)
    shared.sessions.erase(here);
}

void forget_old_askers(shared_room& shared) {
  const auto first = shared.relay.kept.empty() ? shared.relay.next_number
                                               : shared.relay.kept.front().number;
  shared.askers.erase(shared.askers.begin(), shared.askers.lower_bound(first));
}

// -- the owner's words -------------------------------------------------------------

struct answerer_visitor {
  const node_name* operator()(const relay_attached& answer) const { return &answer.from; }
  const node_name* operator()(const relay_noted& answer) const { return &answer.from; }
  const node_name* operator()(const relay_refused& answer) const { return &answer.from; }
  const node_name* operator()(const auto&) const { return nullptr; }
};

/// @returns Which node has answered our question, if it is an answer.
const node_name* answerer_of(const link_message& what) {
  return std::visit(answerer_visitor{}, what);
}

/// @returns Whether it is the one whom we have asked who speaks.
bool is_bound_to(shared_room& shared, relay_number from, const link_message& what) {
  if (shared.owner.at == stage::none)
    return false;
  if (const auto* name = answerer_of(what); name && *name == shared.owner.name)
    shared.owner.number = from;
  return shared.owner.number == from;
}

/// By the view the room is another's. The word may have been lost, so it is asked for.
bool awaits_last_word(const shared_room& shared) {
  return shared.owner.at != stage::none && shared.owner.name != shared.known.owner;
}

void confirm(shared_room& shared, std::uint64_t question) {
  if (question != shared.questions)
    return; // An answer to an older question.
  shared.owner.is_confirmed = true;
  if (!awaits_last_word(shared))
    shared.reattach_at.reset();
}

void ask_owner(shared_room& shared, attach_relay told, shared_outputs& out) {
  told.from = shared.self;
  told.question = ++shared.questions;
  if (shared.owner.since == 0) {
    shared.owner.since = told.question;
    shared.relay.heard = shared.relay.acknowledged = 0;
  }
  told.since = shared.owner.since;
  shared.owner.is_confirmed = false;
  shared.reattach_at = shared.steady + limits::redial_ms_min;
  out.emplace_back(find_owner{shared.owner.name, std::move(told)});
}

void listen_to_answer(shared_room& shared, const relay_attached& answer,
                      relay_output& said, shared_outputs& out) {
  if (answer.question != 0 && answer.question < shared.owner.since)
    return; // From before it was lost.
  shared.owner.at = stage::attached;
  if (answer.last_word > shared.relay.heard)
    return let_go(shared, out); // Words come in order, so one will never come.
  confirm(shared, answer.question);
  said = attach(shared.relay, answer);
}

void listen(shared_room& shared, link_message what, shared_outputs& out) {
  relay_output said;
  if (const auto* answer = std::get_if<relay_attached>(&what)) {
    listen_to_answer(shared, *answer, said, out);
  } else if (const auto* noted = std::get_if<relay_noted>(&what)) {
    shared.owner.at = stage::noted;
    confirm(shared, noted->question);
  } else if (auto* word = std::get_if<link_word>(&what)) {
    said = hear(shared.relay, std::move(*word));
  } else if (const auto* news = std::get_if<commands_stable>(&what)) {
    said = settle(shared.relay, *news);
  } else if (const auto* refused = std::get_if<relay_refused>(&what);
             refused
             && (refused->question == 0 || refused->question == shared.questions)) {
    let_go(shared, out);
  } else if (std::holds_alternative<room_moved>(what)) {
    let_go(shared, out);
  }
  say_down(shared, std::move(said.down), out);
  say_up(shared, std::move(said.up), out);
  forget_old_askers(shared);
}

void acknowledge_soon(shared_room& shared, shared_outputs& out) {
  if (shared.relay.heard >= shared.relay.acknowledged + limits::link_ack_count)
    acknowledge_owner(shared, out);
  else if (owes_acknowledgement(shared.relay) && !shared.talk_at)
    shared.talk_at = shared.steady + limits::link_ack_ms;
}

} // namespace

void relay_on(shared_room& shared, session_number from, relayed_command command,
              shared_outputs& out) {
  const auto* lost = std::get_if<suspend_seat>(&command);
  if (lost) // Nobody is there any more who could hear.
    std::erase_if(shared.sessions, [&](const auto& x) {
      return x.first == lost->from.who && x.second == from;
    });
  relay_output said;
  const auto number = take(shared.relay, std::move(command), said);
  shared.askers[number] = from;
  say_up(shared, std::move(said.up), out);
}

void say_down(shared_room& shared, std::vector<relay_output::word> words,
              shared_outputs& out) {
  for (auto& word : words) {
    if (!passes_gathering(shared, word.what, out))
      continue;
    switch (word.what.to) {
      case audience::sender: say_to_asker(shared, std::move(word), out); break;
      case audience::everyone:
      case audience::others:
        for (const auto& [who, session] : shared.sessions)
          if (word.what.to == audience::everyone || who != word.what.who)
            out.emplace_back(say_session{session, word.what.what});
        break;
      case audience::one:
      case audience::former: say_to_one(shared, std::move(word), out); break;
    }
  }
}

void acknowledge_owner(shared_room& shared, shared_outputs& out) {
  if (shared.owner.at != stage::attached || !owes_acknowledgement(shared.relay))
    return;
  shared.relay.acknowledged = shared.relay.heard;
  out.emplace_back(say_owner{shared.owner.number,
                             link_acknowledged{shared.relay.epoch, shared.relay.heard}});
}

shared_outputs hear_owner(shared_room& shared, relay_number from, link_message what) {
  shared_outputs out;
  if (shared.is == role::owner || !is_bound_to(shared, from, what))
    return out;
  listen(shared, std::move(what), out);
  acknowledge_soon(shared, out);
  return out;
}

shared_outputs lose_owner(shared_room& shared, relay_number which) {
  shared_outputs out;
  if (shared.owner.at != stage::none && shared.owner.number == which)
    let_go(shared, out);
  return out;
}

void seek_owner(shared_room& shared, shared_outputs& out) {
  if (shared.is != role::relay || shared.known.is_ours || shared.owner.at != stage::none)
    return;
  shared.owner = {stage::asked, shared.known.owner};
  ask_owner(shared, detach(shared.relay), out);
}

void confirm_owner(shared_room& shared, shared_outputs& out) {
  shared.owner.is_confirmed = false;
  if (shared.owner.at == stage::none)
    seek_owner(shared, out);
  else
    ask_owner(shared, detach(shared.relay), out);
}

void let_go(shared_room& shared, shared_outputs& out) {
  const bool was_refused = shared.owner.at == stage::asked;
  const bool may_ask_at_once = shared.owner.name != shared.known.owner || !was_refused;
  shared.owner = {};
  detach(shared.relay);
  shared.reattach_at.reset();
  if (may_ask_at_once)
    seek_owner(shared, out);
  else
    shared.reattach_at = shared.steady + limits::decline_retry_ms;
}

void relay_time(shared_room& shared, shared_outputs& out) {
  if (!shared.reattach_at || *shared.reattach_at > shared.steady)
    return;
  shared.reattach_at.reset();
  if (shared.owner.at == stage::none)
    seek_owner(shared, out);
  else if (!shared.owner.is_confirmed || awaits_last_word(shared)) // It may be lost.
    ask_owner(shared, detach(shared.relay), out);
}

} // namespace greenroom
