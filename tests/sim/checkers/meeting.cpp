#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

#include <set>

namespace greenroom::sim {

namespace {

class meeting_checker final : public checker {
public:
  std::string_view name() const override { return "meeting"; }

  void at_rest(const world& where) override {
    for (const auto& who : where.people())
      for (const auto& other : where.people())
        if (who->is_settled() && other->is_settled() && who->room() == other->room())
          meet(*who, *other);
  }

  void at_calm(const world& where) override {
    for (const auto& who : where.people())
      if (who->is_settled() && !who->may_see_ghosts())
        look_for_ghosts(where, *who);
  }

private:
  void meet(const participant& who, const participant& other) {
    const auto seen = who.roster().find(other.self());
    if (seen == who.roster().end())
      return violate(who.name() + " does not see " + other.name() + " in " + who.room());
    if (who.may_see_ghosts() || other.may_see_ghosts())
      return;
    for (const auto& [whom, versions] : who.roster()) {
      if (versions.size() != 1)
        return violate(who.name() + " sees " + std::to_string(versions.size())
                       + " versions of " + short_name(whom));
      const auto theirs = other.roster().find(whom);
      if (theirs != other.roster().end()
          && theirs->second.back().version != versions.back().version)
        return violate(who.name() + " and " + other.name() + " see different versions of "
                       + short_name(whom));
    }
  }

  void look_for_ghosts(const world& where, const participant& who) {
    std::set<participant_id> there;
    for (const auto& other : where.people())
      if (other->is_in() && other->room() == who.room())
        there.insert(other->self());
    for (const auto& [seen, versions] : who.roster())
      if (!there.contains(seen))
        return violate(who.name() + " still sees " + short_name(seen) + " in "
                       + who.room());
  }
};

} // namespace

std::unique_ptr<checker> check_meeting(const world&) {
  return std::make_unique<meeting_checker>();
}

} // namespace greenroom::sim
