#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

namespace greenroom::sim {

namespace {

class remains_checker final : public checker {
public:
  std::string_view name() const override { return "remains"; }

  void at_end(const world& where) override {
    for (const auto& [place, room] : where.history().rooms())
      if (!room.seats.empty())
        violate(short_name(room.seats.begin()->first) + " still sits in " + place.room
                + " when all have gone");
    for (std::size_t index = 0; index < where.node_count(); ++index)
      if (const auto* home = where.find_node(index);
          home && home->extra_actor_count() > 0)
        violate(std::to_string(home->extra_actor_count()) + " actors of node "
                + std::to_string(index) + " live on when all have gone");
  }
};

} // namespace

std::unique_ptr<checker> check_remains(const world&) {
  return std::make_unique<remains_checker>();
}

void add_all_checkers(watch& to, const world& where) {
  for (const auto make :
       {check_capacity, check_ownership, check_delivery, check_departures, check_credit,
        check_answers, check_introductions, check_links, check_remains})
    to.add(make(where));
  if (where.options().shares_rooms)
    for (const auto make : {check_meeting, check_hearing})
      to.add(make(where));
  else
    for (const auto make : {check_rosters, check_broadcasts})
      to.add(make(where));
}

} // namespace greenroom::sim
