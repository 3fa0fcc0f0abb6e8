// Goal: a scenario is short to write; the first is the example of README.md.
#define BOOST_TEST_MODULE greenroom_sim_scenario
#include <boost/test/unit_test.hpp>

#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

using namespace greenroom::sim;

/// A world whose checkers watch, without people who act by themselves.
struct scenario {
  world_options options;
  house_rules rules{{}, 64'000};
  trace silent;
  std::optional<world> place;

  explicit scenario(std::uint32_t capacity) {
    rules.rooms.capacity = capacity;
    place.emplace(options, silent, &rules);
    add_all_checkers(place->checkers(), *place);
  }
  ~scenario() {
    place->settle();
    place->checkers().tell(&checker::at_rest, *place);
    const auto& found = place->checkers().found();
    BOOST_TEST(!found, (found ? found->sentence : ""));
  }
  participant& person(std::size_t number) { return *place->people()[number]; }
};

BOOST_AUTO_TEST_CASE(who_loses_its_connection_misses_nothing) {
  scenario s{2};
  auto &ann = s.person(0), &bob = s.person(1);
  ann.join("room-0", true);
  bob.join("room-0", false);
  s.place->settle();
  s.place->break_line(*ann.line());
  bob.chat();
  s.place->pass(6'000); // Longer than Ann takes to come back.
  BOOST_TEST(ann.is_in());
}

BOOST_AUTO_TEST_CASE(suspended_seat_counts) {
  scenario s{1};
  auto &ann = s.person(0), &bob = s.person(1);
  ann.join("room-0", true);
  s.place->settle();
  ann.go(false);
  bob.join("room-0", false);
  s.place->settle();
  BOOST_TEST(!bob.is_in());
  s.place->pass(s.rules.rooms.resume_window_ms + 1'000);
  bob.join("room-0", false);
  s.place->settle();
  BOOST_TEST(bob.is_in());
}
