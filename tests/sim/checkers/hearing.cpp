#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace greenroom::sim {

namespace {

class hearing_checker final : public checker {
public:
  explicit hearing_checker(const world& where) : world_(where) {}

  std::string_view name() const override { return "hearing"; }

  /// Who is in already will hear it.
  void sent(const participant& who, serial number, const client_push&) override {
    const auto& push = world_.history().at(number);
    const bool is_repeated = number <= newest_;
    newest_ = std::max(newest_, number);
    if (push.kind != push_kind::chat || who.seat() != push.from || is_repeated
        || world_.is_parted())
      return;
    for (const auto& other : world_.people())
      if (other->is_in() && other->room() == who.room())
        owed_[other->seat()].insert(number);
  }

  void heard(const participant& who, const session_event& what) override {
    const auto* event = std::get_if<shared_event>(&what);
    if (!event || (*event)->seq == 0
        || std::holds_alternative<signal_delivered>((*event)->what))
      return;
    const auto number = serial_in(**event);
    if (!world_.history().knows(number))
      return violate(who.name() + " heard what nobody said");
    auto& last = last_[{world_.history().at(number).from, who.seat()}];
    if (number == last)
      return violate(who.name() + " heard " + text_of(number) + " twice");
    if (number < last)
      return violate(who.name() + " heard " + text_of(number) + " after "
                     + text_of(last));
    last = number;
    owed_[who.seat()].erase(number);
  }

  /// A replay that is cut short, and says so, owes nothing of before.
  void entered(const participant& who, const admission& seat) override {
    if (seat.replay != replay_outcome::complete)
      owed_.erase(who.seat());
    if (world_.is_parted())
      forget_lanes(last_, who.seat());
  }

  void parted() override { owed_.clear(); }

  void at_rest(const world& where) override {
    for (const auto& hearer : where.people())
      if (hearer->is_settled())
        look(where, *hearer);
  }

private:
  void look(const world& where, const participant& hearer) {
    for (const auto number : owed_[hearer.seat()]) {
      const auto& push = where.history().at(number);
      const auto& speaker = *where.people()[push.sender];
      if (speaker.is_settled() && speaker.seat() == push.from)
        return violate(hearer.name() + " never heard " + text_of(number) + " of "
                       + speaker.name());
    }
  }

  const world& world_;
  serial newest_ = 0;                                          ///< Said so far.
  std::map<seat_number, std::set<serial>> owed_;               ///< By hearer.
  std::map<std::pair<seat_number, seat_number>, serial> last_; ///< From one, to another.
};

} // namespace

std::unique_ptr<checker> check_hearing(const world& where) {
  return std::make_unique<hearing_checker>(where);
}

} // namespace greenroom::sim
