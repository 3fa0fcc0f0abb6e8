#include "protocol/cluster/reachability.hpp"

#include <algorithm>
#include <utility>

#include "protocol/cluster/archive.hpp"
#include "protocol/room/flight_reader.hpp"

namespace greenroom {

using archive::reader;
using archive::writer;

template <class A>
void describe(A& a, reach_end& x) {
  a(x.is_seated, x.suspended_ms, x.left_ms, x.is_here, x.node, x.words, x.bytes,
    x.waiting_ms);
}

template <class A>
void describe(A& a, reach_testimony& x) {
  a(x.node, x.owns, x.owner, x.follows, x.now, x.from, x.to, x.recording);
}

std::string encode(const reach_testimony& testimony) {
  writer out;
  out(const_cast<reach_testimony&>(testimony)); // Only read: a writer changes nothing.
  return out.take();
}

std::optional<reach_testimony> decode_testimony(std::string_view bytes) {
  reader in{bytes};
  reach_testimony result;
  in(result);
  return in.done() ? std::optional{std::move(result)} : std::nullopt;
}

// -- testimonies -----------------------------------------------------------------

namespace {

using role = shared_room::role;

void note_seat(reach_end& end, const seat* entry, const room_limits& limits,
               instant now) {
  end.is_seated = entry != nullptr;
  if (!entry || !entry->suspended_until)
    return;
  end.left_ms = std::max<std::int64_t>(0, *entry->suspended_until - now);
  end.suspended_ms = std::max<std::int64_t>(0, limits.resume_window_ms - end.left_ms);
}

reach_end end_of_owned(const shared_room& shared, const participant_id& who,
                       const link_names& names, instant now) {
  reach_end end;
  note_seat(end, find_seat(shared.room, who), shared.limits, now);
  end.is_here = shared.sessions.contains(who);
  const auto home = shared.homes.find(who);
  if (home == shared.homes.end())
    return end;
  const auto name = names.find(home->second);
  end.node = name == names.end() ? "another node" : "node " + name->second;
  const auto link = shared.links.find(home->second);
  if (link == shared.links.end() || link->second.unacknowledged.empty())
    return end;
  const auto& waiting = link->second.unacknowledged;
  end.words = waiting.size();
  end.bytes = link->second.unacknowledged_bytes;
  end.waiting_ms = shared.steady - waiting.front().said_at;
  return end;
}

reach_end end_of_relayed(const shared_room& shared, const participant_id& who,
                         instant now) {
  reach_end end;
  const auto seated = shared.relay.seats.find(who);
  if (seated != shared.relay.seats.end())
    note_seat(end, &seated->second, shared.limits, now);
  end.is_here = shared.sessions.contains(who) || seated != shared.relay.seats.end();
  return end;
}

} // namespace

reach_testimony testify(const shared_room& shared, const reach_question& question,
                        const link_names& names, std::string recording, instant now) {
  reach_testimony result;
  result.node = shared.self.value;
  result.owner = shared.known.owner.value;
  result.owns = shared.is == role::owner;
  result.now = now;
  if (result.owns) {
    result.from = end_of_owned(shared, question.from, names, now);
    result.to = end_of_owned(shared, question.to, names, now);
    result.recording = std::move(recording);
    return result;
  }
  result.follows = shared.owner.at == shared_room::bond::stage::attached;
  result.from = end_of_relayed(shared, question.from, now);
  result.to = end_of_relayed(shared, question.to, now);
  return result;
}

reach_testimony testify(const room_state& room, const reach_question& question,
                        std::string recording, instant now) {
  reach_testimony result;
  result.owns = true;
  result.now = now;
  for (const bool is_from : {true, false}) {
    auto& end = is_from ? result.from : result.to;
    note_seat(end, find_seat(room, is_from ? question.from : question.to), room.limits,
              now);
    end.is_here = end.is_seated && !end.suspended_ms;
  }
  result.recording = std::move(recording);
  return result;
}

// -- histories -------------------------------------------------------------------

namespace {

bool holds(const std::vector<presence>& list, const participant_id& who) {
  return std::ranges::any_of(list, [&](const presence& one) { return one.who == who; });
}

std::string_view name_of(const flight_step& step) {
  if (std::holds_alternative<leave_room>(step.what))
    return "left";
  if (std::holds_alternative<suspend_seat>(step.what))
    return "lost its connection, could not resume, and so left";
  if (std::holds_alternative<join_room>(step.what))
    return "was replaced by a new join of its client";
  return "lost its connection and did not resume in time";
}

/// Follows two participants through the steps of a flight.
class follower {
public:
  follower(const reach_question& question, reach_history& into)
    : question_(question), history_(into) {}

  void follow(const flight_step& step, const effects& decided) {
    note_push(step, decided);
    for (const auto& one : decided)
      if (const auto* event = std::get_if<shared_event>(&one.what))
        note_event(step, **event);
      else if (const auto* seat = std::get_if<std::shared_ptr<const admission>>(
                 &one.what))
        note_admission(**seat);
  }

private:
  void note_push(const flight_step& step, const effects& decided) {
    const auto* command = std::get_if<apply_push>(&step.what);
    if (!command || command->from.who != question_.from || decided.empty())
      return;
    history_.refused.reset();
    for (const auto& one : decided)
      if (const auto* answer = std::get_if<push_answered>(&one.what);
          answer && answer->why)
        history_.refused = {step.now, code_of(*answer->why)};
  }

  void note_event(const flight_step& step, const room_event& event) {
    if (const auto* news = std::get_if<presence_changed>(&event.what))
      note_leaves(step, *news);
    const auto* said = std::get_if<signal_delivered>(&event.what);
    if (!said)
      return;
    const auto* description = std::get_if<session_description>(&said->what);
    const bool is_offer = description
                          && description->type == session_description::kind::offer;
    if (said->from == question_.from && said->to == question_.to) {
      history_.delivered = step.now;
      if (is_offer && !history_.unanswered_offer)
        history_.unanswered_offer = step.now;
    } else if (said->from == question_.to && said->to == question_.from && description) {
      // An offer the other way answers a glare as well: the polite one gives in.
      history_.unanswered_offer.reset();
    }
  }

  void note_leaves(const flight_step& step, const presence_changed& news) {
    for (const bool is_from : {true, false}) {
      const auto& who = is_from ? question_.from : question_.to;
      if (!holds(news.leaves, who) || holds(news.joins, who))
        continue;
      (is_from ? history_.from_left : history_.to_left) = {step.now, name_of(step)};
      history_.unanswered_offer.reset();
    }
  }

  void note_admission(const admission& seat) {
    if (seat.self == question_.from)
      history_.from_left.reset();
    if (seat.self == question_.to)
      history_.to_left.reset();
  }

  const reach_question& question_;
  reach_history& history_;
};

} // namespace

reach_history history_of(std::string_view recording, const reach_question& question) {
  reach_history result;
  std::string fault;
  auto flights = read_flights(recording, fault);
  if (!flights)
    return result;
  follower eyes{question, result};
  for (auto& flight : *flights)
    for (const auto& step : flight.steps)
      eyes.follow(step, take_step(flight.start, step));
  return result;
}

// -- sentences -------------------------------------------------------------------

namespace {

std::string duration(std::int64_t ms) {
  ms = std::max<std::int64_t>(0, ms);
  if (ms < 10'000)
    return std::to_string(ms) + " ms";
  return std::to_string(ms / 1'000) + " s";
}

std::string count_of(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

class explanation {
public:
  explanation(const reach_question& question,
              const std::vector<reach_testimony>& testimonies)
    : all_(testimonies), from_(question.from.to_string()), to_(question.to.to_string()) {
    const auto found = std::ranges::find_if(all_, &reach_testimony::owns);
    if (found == all_.end())
      return;
    owner_ = &*found;
    history_ = history_of(owner_->recording, question);
  }

  std::string sentence(const reach_question& question) const {
    if (from_ == to_)
      return from_ + " is asked about twice: it reaches nobody but itself.";
    if (all_.empty())
      return "No node has a room '" + question.room.value + "'.";
    if (!owner_)
      return no_owner();
    for (const auto& found :
         {absent(owner_->from, from_, history_.from_left),
          absent(owner_->to, to_, history_.to_left), suspended(owner_->to, to_),
          suspended(owner_->from, from_), unlinked(), homeless(owner_->from, from_),
          homeless(owner_->to, to_), silent(owner_->to, to_), silent(owner_->from, from_),
          unanswered(), refused()})
      if (!found.empty())
        return found;
    return "Nothing that Greenroom knows of keeps " + from_ + " from reaching " + to_
           + ": " + last_signal() + '.';
  }

private:
  std::string ago(instant at) const { return duration(owner_->now - at) + " ago"; }

  std::string no_owner() const {
    const auto& some = all_.front();
    return "No node owns the room right now: by the view of node " + some.node
           + " it is going to be node " + some.owner + '.';
  }

  std::string absent(const reach_end& end, const std::string& who,
                     const std::optional<reach_history::parting>& left) const {
    if (end.is_seated)
      return {};
    if (left)
      return who + " is not in the room: it " + std::string{left->how} + ", "
             + ago(left->at) + '.';
    return who + " is not in the room, and was not lately.";
  }

  static std::string suspended(const reach_end& end, const std::string& who) {
    if (!end.suspended_ms)
      return {};
    return who + " lost its connection " + duration(*end.suspended_ms)
           + " ago, and may resume for another " + duration(end.left_ms) + '.';
  }

  /// A node where one of the two is, which has not found the owner.
  std::string unlinked() const {
    for (const auto& some : all_)
      if (!some.follows && (some.from.is_here || some.to.is_here))
        return "Node " + some.node + ", where " + (some.from.is_here ? from_ : to_)
               + " is, has no link to the owner of the room, node " + some.owner + '.';
    return {};
  }

  std::string homeless(const reach_end& end, const std::string& who) const {
    if (end.is_here || !end.node.empty())
      return {};
    return "The node where " + who + " is has not called since node " + owner_->node
           + " came to own the room.";
  }

  static std::string silent(const reach_end& end, const std::string& who) {
    if (end.words == 0 || end.waiting_ms < reach_patience_ms)
      return {};
    return "The link to " + end.node + ", where " + who + " is, stands still: "
           + count_of(end.words, "word") + " of " + count_of(end.bytes, "byte")
           + " not acknowledged for " + duration(end.waiting_ms) + '.';
  }

  std::string unanswered() const {
    const auto& offer = history_.unanswered_offer;
    if (!offer || owner_->now - *offer < reach_patience_ms)
      return {};
    return to_ + " has not answered the offer that " + from_ + " sent it " + ago(*offer)
           + '.';
  }

  std::string refused() const {
    if (!history_.refused)
      return {};
    return "The last push of " + from_ + ", " + ago(history_.refused->at)
           + ", was refused: " + std::string{history_.refused->code} + '.';
  }

  std::string last_signal() const {
    if (!history_.delivered)
      return "no signal was sent lately";
    return "the last signal was delivered " + ago(*history_.delivered);
  }

  const std::vector<reach_testimony>& all_;
  const reach_testimony* owner_ = nullptr;
  reach_history history_;
  std::string from_, to_;
};

} // namespace

std::string explain(const reach_question& question,
                    const std::vector<reach_testimony>& testimonies) {
  return explanation{question, testimonies}.sentence(question);
}

std::string explain_silence(const std::string& owner, const std::string& why) {
  return "Node " + owner
         + ", which owns the room by this node's view, cannot be asked: " + why + '.';
}

} // namespace greenroom
