#include "protocol/cluster/relay.hpp"

#include <algorithm>
#include <utility>

#include "protocol/cluster/transfer.hpp"

namespace greenroom {

namespace {

using down_word = relay_output::word;

const seat_key& key_of(const relayed_command& command) {
  static const seat_key nobody;
  struct {
    const seat_key& operator()(const join_room&) { return nobody; }
    const seat_key& operator()(const apply_push& what) { return what.from; }
    const seat_key& operator()(const leave_room& what) { return what.from; }
    const seat_key& operator()(const suspend_seat& what) { return what.from; }
  } visitor;
  return std::visit(visitor, command);
}

seat* seat_of(relay_state& relay, const seat_key& key) {
  const auto found = relay.seats.find(key.who);
  return found != relay.seats.end() && found->second.attachment == key.attachment
           ? &found->second
           : nullptr;
}

kept_command* find_kept(relay_state& relay, std::uint64_t number) {
  const auto found = std::ranges::lower_bound(relay.kept, number, {},
                                              &kept_command::number);
  return found != relay.kept.end() && found->number == number ? &*found : nullptr;
}

/// A command is carried out for good: what it brought cannot be undone any more.
void conclude(relay_state& relay, const kept_command& done, relay_output& out) {
  auto* from = seat_of(relay, key_of(done.what));
  if (!from)
    return;
  if (const auto* push = std::get_if<apply_push>(&done.what)) {
    ++from->received;
    ++from->owed.count;
    from->owed.bytes += push->push.bytes;
    if (from->owed.count >= limits::credit_batch_count
        || from->owed.bytes >= limits::credit_batch_bytes)
      out.down.push_back(
        {{audience::one, from->shown.who, std::exchange(from->owed, {})}});
  } else {
    relay.seats.erase(from->shown.who);
  }
}

bool has_seat(const relay_attached& answer, const participant_id& who) {
  return std::ranges::any_of(answer.received,
                             [&](const auto& entry) { return entry.first == who; });
}

/// A join that was answered has done what it could; the roster tells the rest. So
/// has a leave, unless its answer came when the next owner had been told of the seat.
bool needs_no_repetition(const kept_command& command, const relay_attached& answer) {
  if (!command.answered)
    return false;
  if (const auto* leave = std::get_if<leave_room>(&command.what))
    return !has_seat(answer, leave->from.who);
  return std::holds_alternative<join_room>(command.what);
}

void follow_roster(relay_state& relay, const presence_changed& news) {
  const auto forget = [&](const participant_id& who) {
    std::erase_if(relay.roster, [&](const presence& x) { return x.who == who; });
  };
  for (const auto& gone : news.leaves)
    forget(gone.who);
  for (const auto& shown : news.joins) {
    forget(shown.who);
    relay.roster.push_back(shown);
    if (const auto found = relay.seats.find(shown.who); found != relay.seats.end())
      found->second.shown = shown;
  }
  if (relay.heard_pushes.size() > limits::heard_sender_count_max)
    std::erase_if(relay.heard_pushes, [&](const auto& entry) {
      return std::ranges::find(relay.roster, entry.first, &presence::who)
             == relay.roster.end();
    });
}

// -- hearing -------------------------------------------------------------------

/// @returns Whether the event is news.
bool take_note(relay_state& relay, const room_event& event) {
  const auto* from = speaker_of(event);
  if (!from)
    return true;
  auto& heard = relay.heard_pushes[*from];
  if (covers(heard, event.push))
    return false;
  heard = event.push;
  return true;
}

void note_passed(relay_state& relay, const effect& what, std::uint64_t seq) {
  relay.seq = std::max(relay.seq, seq);
  if (what.to == audience::one) {
    if (const auto found = relay.seats.find(what.who); found != relay.seats.end())
      found->second.lost_seq = seq;
    return;
  }
  for (auto& [who, entry] : relay.seats)
    entry.lost_seq = seq;
}

seat seat_from(const admission& answer) {
  seat result;
  const auto shown = std::ranges::find(answer.roster, answer.self, &presence::who);
  if (shown != answer.roster.end())
    result.shown = *shown;
  result.shown.who = answer.self;
  result.attachment = answer.attachment;
  result.resumable = answer.resumable;
  result.generation = answer.generation - 1;
  result.lost_seq = answer.seq;
  result.received = answer.received;
  result.life = answer.life;
  result.born_at = answer.born_at;
  return result;
}

/// @returns What the sessions here do not know yet.
presence_changed unheard_part(const relay_state& relay, presence_changed news) {
  const auto is_known = [&](const presence& shown) {
    return std::ranges::any_of(relay.roster, [&](const presence& x) {
      return x.who == shown.who && x.version == shown.version;
    });
  };
  std::erase_if(news.joins, is_known);
  std::erase_if(news.leaves, [&](const presence& gone) { return !is_known(gone); });
  return news;
}

bool is_empty(const presence_changed& news) {
  return news.joins.empty() && news.leaves.empty();
}

shared_event make_presence(const relay_state& relay, presence_changed news) {
  return std::make_shared<const room_event>(relay.id.value, 0, std::move(news));
}

struct word_visitor {
  relay_state& relay;
  link_word& word;
  relay_output& out;

  /// @returns Whether the word goes on to the sessions.
  bool operator()(shared_event& event) {
    if (const auto* news = std::get_if<presence_changed>(&event->what))
      return hear_presence(event, *news);
    if (!take_note(relay, *event))
      return false;
    note_passed(relay, word.what, event->seq);
    return true;
  }
  /// The others here must hear of the newcomer even if the owner dies before it tells
  /// them.
  bool operator()(const std::shared_ptr<const admission>& answer) {
    auto news = difference(relay.roster, answer->roster);
    if (!is_empty(news))
      out.down.push_back(
        {{audience::others, answer->self, make_presence(relay, std::move(news))}});
    relay.seats.insert_or_assign(answer->self, seat_from(*answer));
    relay.roster = answer->roster;
    for (const auto& [sender, mark] : answer->heard) {
      auto& heard = relay.heard_pushes[sender];
      heard = std::max(heard, mark);
    }
    for (const auto& event : answer->missed)
      take_note(relay, *event);
    return answer_once();
  }
  bool operator()(const join_refused&) { return answer_once(); }
  bool operator()(const push_answered&) { return answer_once(); }
  bool operator()(const room_left&) {
    const auto* asked = find_kept(relay, word.answers);
    if (asked && seat_of(relay, key_of(asked->what)))
      relay.seats.erase(word.what.who);
    return answer_once();
  }
  bool operator()(const session_ended&) {
    relay.seats.erase(word.what.who);
    return true;
  }
  /// Credit is the relay's own to give, as it keeps what was asked.
  bool operator()(const credit_returned&) { return false; }

  bool hear_presence(shared_event& event, const presence_changed& news) {
    auto unheard = unheard_part(relay, news);
    if (is_empty(unheard))
      return false;
    follow_roster(relay, unheard);
    if (unheard.joins.size() + unheard.leaves.size()
        < news.joins.size() + news.leaves.size())
      event = make_presence(relay, std::move(unheard));
    return true;
  }

  bool answer_once() {
    auto* asked = find_kept(relay, word.answers);
    return asked && !std::exchange(asked->answered, true);
  }
};

// -- attaching -----------------------------------------------------------------

/// A leave that waits for its answer gets it from the next owner.
bool is_leaving(const relay_state& relay, const seat& entry) {
  return std::ranges::any_of(relay.kept, [&](const kept_command& command) {
    const auto* leave = std::get_if<leave_room>(&command.what);
    return leave && leave->from.who == entry.shown.who
           && leave->from.attachment == entry.attachment;
  });
}

void end_lost_sessions(relay_state& relay, const relay_attached& answer,
                       relay_output& out) {
  std::erase_if(relay.seats, [&](const auto& entry) {
    const auto& who = entry.first;
    if (has_seat(answer, who))
      return false;
    if (!is_leaving(relay, entry.second))
      out.down.push_back({{audience::one, who, session_ended{end_reason::room_lost}}});
    return true;
  });
}

/// What the owner must have answered to a push that it has carried out. It does not tell
/// whether a signal found its target.
std::optional<push_answered> answer_of(const client_push& done) {
  if (!done.tag.wants_reply())
    return std::nullopt;
  if (const auto* refused = std::get_if<refused_push>(&done.what))
    return push_answered{done.tag, refused->why};
  if (confirms(done.what))
    return push_answered{done.tag, std::nullopt};
  return std::nullopt;
}

/// What a previous owner is known to have carried out needs no keeping; its answer may
/// have been lost.
void conclude_received(relay_state& relay, const relay_attached& answer,
                       relay_output& out) {
  std::deque<kept_command> left;
  for (auto& command : relay.kept) {
    const auto* push = std::get_if<apply_push>(&command.what);
    const auto* from = push ? seat_of(relay, push->from) : nullptr;
    const auto known = from ? std::ranges::find(answer.received, push->from.who,
                                                [](const auto& x) { return x.first; })
                            : answer.received.end();
    if (push && !from)
      continue; // Its sender has lost its seat, or sends again by itself.
    if (known != answer.received.end() && from->received < known->second) {
      if (auto lost = command.answered ? std::nullopt : answer_of(push->push))
        out.down.push_back(
          {{audience::sender, push->from.who, std::move(*lost)}, command.number});
      conclude(relay, command, out);
    } else if (!needs_no_repetition(command, answer))
      left.push_back(std::move(command));
  }
  relay.kept = std::move(left);
}

} // namespace

relay_state make_relay(room_id id) {
  relay_state relay;
  relay.id = std::move(id);
  return relay;
}

relay_state make_relay(const room_state& room,
                       const std::vector<participant_id>& behind) {
  auto relay = make_relay(room.id);
  relay.epoch = room.epoch;
  relay.seq = room.seq;
  for (const auto& entry : room.seats)
    relay.roster.push_back(entry.shown);
  for (const auto& entry : room.log)
    take_note(relay, *entry.event);
  for (const auto& who : behind)
    if (const auto* entry = find_seat(room, who)) {
      auto& ours = relay.seats[who] = *entry;
      ours.lost_seq = room.seq;
    }
  return relay;
}

std::uint64_t take(relay_state& relay, relayed_command command, relay_output& out) {
  const auto number = relay.next_number++;
  if (relay.attached)
    out.up.push_back({relay.epoch, number, command});
  relay.kept.push_back({number, std::move(command)});
  return number;
}

attach_relay detach(relay_state& relay) {
  relay.attached = false;
  attach_relay result{{}, 0, 0, relay.epoch, relay.seq, {}, {}};
  for (const auto& [who, entry] : relay.seats)
    result.seats.push_back(entry);
  result.heard.assign(relay.heard_pushes.begin(), relay.heard_pushes.end());
  return result;
}

relay_output attach(relay_state& relay, const relay_attached& answer) {
  relay_output out;
  relay.attached = true;
  relay.epoch = answer.epoch;
  relay.seq = std::max(relay.seq, answer.seq);
  relay.heard = answer.last_word;
  relay.acknowledged = 0;
  end_lost_sessions(relay, answer, out);
  auto news = difference(relay.roster, answer.roster);
  follow_roster(relay, news);
  if (!is_empty(news))
    out.down.push_back({{audience::everyone, {}, make_presence(relay, std::move(news))}});
  conclude_received(relay, answer, out);
  for (const auto& command : relay.kept)
    out.up.push_back({relay.epoch, command.number, command.what});
  return out;
}

relay_output hear(relay_state& relay, link_word word) {
  relay_output out;
  // Also while it looks for the next owner: the old one may still have words for it.
  if (word.epoch != relay.epoch)
    return out;
  relay.heard = std::max(relay.heard, word.number);
  if (std::visit(word_visitor{relay, word, out}, word.what.what))
    out.down.push_back({std::move(word.what), word.answers});
  return out;
}

relay_output settle(relay_state& relay, const commands_stable& news) {
  relay_output out;
  // The next owner was told already what is kept, and begins to count there.
  if (!relay.attached || news.epoch != relay.epoch)
    return out;
  while (!relay.kept.empty() && relay.kept.front().number <= news.number) {
    conclude(relay, relay.kept.front(), out);
    relay.kept.pop_front();
  }
  return out;
}

bool owes_acknowledgement(const relay_state& relay) {
  return relay.heard > relay.acknowledged;
}

} // namespace greenroom
