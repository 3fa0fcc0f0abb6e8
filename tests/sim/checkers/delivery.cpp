#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace greenroom::sim {

namespace {

class delivery_checker final : public checker {
public:
  explicit delivery_checker(const world& where) : world_(where) {}

  std::string_view name() const override { return "delivery"; }

  void sent(const participant& who, serial number, const client_push&) override {
    const auto& push = world_.history().at(number);
    const bool is_repeated = number <= newest_;
    newest_ = std::max(newest_, number);
    if (!is_repeated && !world_.is_parted() && push.kind == push_kind::signal
        && push.to_seat != 0 && who.seat() == push.from)
      owed_[push.to_seat].insert(number);
  }

  void heard(const participant& who, const session_event& what) override {
    if (const auto* event = std::get_if<shared_event>(&what))
      if (const auto* signal = std::get_if<signal_delivered>(&(*event)->what))
        arrived(who, **event, *signal);
    if (const auto* answer = std::get_if<push_answered>(&what); answer && answer->why)
      excuse(serial_in(answer->tag));
  }

  /// A replay that is cut short, and says so, owes nothing of before.
  void entered(const participant& who, const admission& seat) override {
    const bool begins_now = seat.replay == replay_outcome::lost && seat.missed.empty();
    if (seat.replay == replay_outcome::truncated || begins_now)
      owed_.erase(who.seat());
    if (world_.is_parted())
      forget_lanes(last_, who.seat());
  }

  void parted() override { owed_.clear(); }

  void noted(const room_note& note) override { forget(note.ended); }
  void buried(const std::vector<seat_record>& ended) override { forget(ended); }

  void at_rest(const world& where) override {
    for (const auto& receiver : where.people()) {
      if (!receiver->is_settled())
        continue;
      const auto owed = owed_.find(receiver->seat());
      if (owed == owed_.end())
        continue;
      for (const auto number : owed->second) {
        const auto& push = where.history().at(number);
        const auto& sender = *where.people()[push.sender];
        if (sender.is_settled() && sender.seat() == push.from)
          return violate(receiver->name() + " never heard " + text_of(number) + " of "
                         + sender.name());
      }
    }
  }

private:
  bool is_elsewhere(const push_record& push, const participant& who) const {
    return !world_.options().shares_rooms
           && world_.people()[push.sender]->node() != who.node();
  }

  using lane = std::pair<seat_number, seat_number>; ///< From one, to another.

  void arrived(const participant& who, const room_event& event,
               const signal_delivered& signal) {
    const auto number = serial_in(event);
    if (!world_.history().knows(number))
      return violate(who.name() + " heard a signal that nobody sent");
    const auto& push = world_.history().at(number);
    const auto label = text_of(number);
    if (push.kind != push_kind::signal || push.to != who.self()
        || signal.to != who.self())
      return violate(who.name() + " heard " + label + ", which is for "
                     + short_name(push.to));
    if (event.room != who.room() || is_elsewhere(push, who))
      return violate(who.name() + " heard " + label + " of another room");
    auto& last = last_[{push.from, who.seat()}];
    if (number == last)
      return violate(who.name() + " heard " + label + " twice");
    if (number < last)
      return violate(who.name() + " heard " + label + " after " + text_of(last));
    last = number;
    settle(who, push, number);
  }

  /// What the same sender said to the same target before must have come before.
  void settle(const participant& who, const push_record& push, serial number) {
    const auto owed = owed_.find(who.seat());
    if (owed == owed_.end())
      return;
    for (const auto earlier : owed->second) {
      if (earlier >= number)
        break;
      if (world_.history().at(earlier).from == push.from)
        return violate(who.name() + " heard " + text_of(number) + " but not "
                       + text_of(earlier) + " before it");
    }
    owed->second.erase(number);
  }

  void excuse(serial number) {
    if (!world_.history().knows(number))
      return;
    const auto owed = owed_.find(world_.history().at(number).to_seat);
    if (owed != owed_.end())
      owed->second.erase(number);
  }

  void forget(const std::vector<seat_record>& ended) {
    for (const auto& seat : ended)
      owed_.erase(seat.number);
  }

  const world& world_;
  serial newest_ = 0;                            ///< Said so far.
  std::map<seat_number, std::set<serial>> owed_; ///< By target.
  std::map<lane, serial> last_;
};

} // namespace

std::unique_ptr<checker> check_delivery(const world& where) {
  return std::make_unique<delivery_checker>(where);
}

} // namespace greenroom::sim
