#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

#include <deque>
#include <map>
#include <set>

#include "protocol/vocabulary/limits.hpp"

namespace greenroom::sim {

namespace {

class answer_checker final : public checker {
public:
  explicit answer_checker(const world& where) : world_(where) {}

  std::string_view name() const override { return "answers"; }

  void asked(const participant& who, const join_request&) override {
    open_[who.number()] = {};
    open_[who.number()].asked_at = world_.now();
  }

  void entered(const participant& who, const admission& seat) override {
    auto& one = open_[who.number()];
    if (one.is_in)
      return violate(who.name() + " was let in twice");
    one.is_in = true;
    if (seat.capacity != world_.rules().rooms.capacity)
      violate(who.name() + " was told a capacity of " + std::to_string(seat.capacity));
  }

  void sent(const participant& who, serial number, const client_push& push) override {
    if (push.tag.wants_reply())
      open_[who.number()].waiting.push_back(number);
  }

  void heard(const participant& who, const session_event& what) override {
    auto& one = open_[who.number()];
    const bool is_refusal = std::holds_alternative<join_refused>(what);
    if (one.is_in && is_refusal)
      return violate(who.name() + " was let in and refused");
    if (!one.is_in && !is_refusal && !std::holds_alternative<session_ended>(what))
      return violate(who.name() + " heard of a room before it was let in");
    if (const auto* answer = std::get_if<push_answered>(&what);
        answer && answer->tag.wants_reply())
      answered(who, one, *answer);
    if (is_refusal)
      refused(who, std::get<join_refused>(what));
  }

  void at_rest(const world& where) override {
    for (const auto& who : where.people()) {
      if (!who->is_settled())
        continue;
      for (const auto number : open_[who->number()].waiting)
        if (is_always_answered(number))
          return violate(who->name() + " never got an answer to " + text_of(number));
    }
  }

  void at_calm(const world& where) override {
    for (const auto& who : where.people())
      if (!who->is_in() && !who->is_away())
        violate(who->name() + " still waits to get into " + who->room());
  }

private:
  /// One join and what was said since, in order.
  struct conversation {
    instant asked_at = 0;
    bool is_in = false;
    std::deque<serial> waiting;
    std::set<serial> passed_over; ///< Signals, which are answered if refused.
  };

  /// The next owner of a room may find that a signal's target is gone, when later
  /// pushes have been answered by the owner before it.
  bool is_refused_late(const push_answered& answer) const {
    return world_.options().shares_rooms && answer.why;
  }

  bool is_always_answered(serial number) const {
    return world_.history().at(number).kind != push_kind::signal;
  }

  void answered(const participant& who, conversation& one, const push_answered& answer) {
    const auto number = serial_in(answer.tag);
    if (one.passed_over.erase(number) > 0 && is_refused_late(answer))
      return;
    for (; !one.waiting.empty() && one.waiting.front() != number;
         one.waiting.pop_front()) {
      if (is_always_answered(one.waiting.front()))
        return violate(who.name() + " got an answer to " + text_of(number)
                       + " before one to " + text_of(one.waiting.front()));
      one.passed_over.insert(one.waiting.front());
    }
    if (one.waiting.empty())
      return violate(who.name()
                     + " got an answer that it did not wait for: " + text_of(number));
    one.waiting.pop_front();
    const auto kind = world_.history().at(number).kind;
    if (kind == push_kind::refused && !answer.why)
      violate(who.name() + " got a yes to the malformed " + text_of(number));
    if (kind == push_kind::signal && !answer.why)
      violate(who.name() + " got a yes to a signal, " + text_of(number));
    if (answer.why && (kind == push_kind::chat || kind == push_kind::media))
      violate(who.name() + " was refused " + text_of(number) + ": "
              + std::string{code_of(*answer.why)});
  }

  /// A room's death may swallow a join; the next one must find a room.
  void refused(const participant& who, const join_refused& answer) {
    if (!std::holds_alternative<unavailable>(answer.why))
      return;
    const auto before_ms = open_[who.number()].asked_at - world_.disturbed_at();
    const auto patience_ms = world_.options().shares_rooms
                               ? agreement_ms
                               : limits::join_timeout_ms + 2'000;
    if (before_ms > patience_ms)
      violate(who.name() + " found " + who.room() + " unavailable without cause");
  }

  const world& world_;
  std::map<std::size_t, conversation> open_;
};

} // namespace

std::unique_ptr<checker> check_answers(const world& where) {
  return std::make_unique<answer_checker>(where);
}

} // namespace greenroom::sim
