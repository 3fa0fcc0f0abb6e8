// Goal: what a cluster does when a room moves, its owner dies, or nodes lose each other,
// each by its name and in its shortest form.
#define BOOST_TEST_MODULE greenroom_sim_cluster_scenario
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "protocol/cluster/placement.hpp"
#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

using namespace greenroom;
using namespace greenroom::sim;

namespace {

constexpr const char* room = "room-0";
/// Room for a seat's window, an empty room's, and a look at its relays.
constexpr std::int64_t room_end_ms = 150'000;

/// The node that owns the room while all three are up.
std::size_t owner_number() {
  cluster_view view;
  for (const char* name : {"node-0", "node-1", "node-2"})
    view.push_back({{name}, "", 1, 0, node_status::up});
  return static_cast<std::size_t>(owner_of({room}, view)->value.back() - '0');
}

/// Three nodes that share a room, which one of them owns; one person on each.
struct cluster_scenario {
  static world_options three_nodes() {
    world_options options;
    options.node_count = 3;
    options.shares_rooms = true;
    return options;
  }

  house_rules rules{{}, 64'000};
  trace silent;
  std::optional<world> place;
  std::size_t owner = owner_number();
  std::size_t one = (owner + 1) % 3, other = (owner + 2) % 3;

  /// @param resume Whether people may come back to their seats.
  explicit cluster_scenario(bool resume = true) {
    place.emplace(three_nodes(), silent, &rules);
    add_all_checkers(place->checkers(), *place);
    place->pass(1'000);
    for (const auto number : {owner, one, other})
      person(number).join(room, resume);
    place->pass(1'000);
    BOOST_TEST(sees(one, other));
    BOOST_TEST(sees(owner, one));
  }

  participant& person(std::size_t number) { return *place->people()[number]; }

  bool sees(std::size_t who, std::size_t whom) {
    return person(who).is_in() && person(who).roster().contains(person(whom).self());
  }

  void expect_that_all_meet() {
    place->pass(agreement_ms + 1'000);
    for (const auto number : {owner, one, other})
      for (const auto whom : {owner, one, other})
        BOOST_TEST(sees(number, whom), number << " does not see " << whom);
    place->checkers().tell(&checker::at_rest, *place);
  }

  /// In the end all three see each other, then nothing remains of them, and every checker
  /// holds.
  ~cluster_scenario() {
    expect_that_all_meet();
    for (const auto& who : place->people())
      who->go(true);
    place->pass(room_end_ms);
    place->checkers().tell(&checker::at_end, *place);
    const auto& found = place->checkers().found();
    BOOST_TEST(!found, (found ? found->sentence : ""));
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(handoff_by_drain_is_noticed_by_nobody_on_other_nodes) {
  cluster_scenario s;
  s.place->drain_node(s.owner, 1'000);
  for (int count = 0; count < 10; ++count) {
    s.person(s.one).chat();
    s.person(s.other).offer(s.person(s.one).self());
    s.place->pass(100);
    BOOST_TEST(s.sees(s.one, s.other));
  }
}

BOOST_AUTO_TEST_CASE(handoff_to_a_node_that_comes_back) {
  cluster_scenario s;
  s.place->kill_node(s.owner, 5'000);
  s.place->pass(4'900);
  for (int count = 0; count < 10; ++count) {
    s.person(s.one).chat();
    s.place->pass(50);
    BOOST_TEST(s.sees(s.one, s.other));
  }
}

BOOST_AUTO_TEST_CASE(failover_loses_nothing_between_those_who_live) {
  cluster_scenario s;
  for (int count = 0; count < 5; ++count)
    s.person(s.one).offer(s.person(s.other).self());
  s.place->run(20); // Some of it is with the owner, some is not yet.
  s.place->kill_node(s.owner, 10'000);
  s.person(s.other).chat();
  s.place->pass(3'000);
  BOOST_TEST(s.sees(s.one, s.other));
}

BOOST_AUTO_TEST_CASE(owner_that_stood_still_comes_back_to_one_room) {
  cluster_scenario s;
  s.place->stall_node(s.owner, 8'000);
  s.place->pass(4'000);
  BOOST_TEST(s.sees(s.one, s.other));
  BOOST_TEST(!s.sees(s.one, s.owner), "it is gone for the others");
}

/// Its links were taken for silent, or for those of a former owner: whoever cannot resume
/// would have been thrown out.
BOOST_DATA_TEST_CASE(owner_that_stood_still_throws_nobody_out_elsewhere,
                     boost::unit_test::data::make({1'900, 2'100, 2'600, 4'000, 8'000,
                                                   10'000, 12'000, 30'000}),
                     stall_ms) {
  cluster_scenario s{false};
  const auto one = s.person(s.one).self(), other = s.person(s.other).self();
  s.place->stall_node(s.owner, stall_ms);
  for (int passed = 0; passed < stall_ms + 15'000; passed += 500) {
    s.person(s.one).chat();
    s.person(s.other).offer(s.person(s.one).self());
    s.place->pass(500);
    BOOST_TEST(s.sees(s.one, s.other), "lost after " << passed << " ms");
    BOOST_TEST(s.sees(s.other, s.one), "lost after " << passed << " ms");
  }
  BOOST_TEST((s.person(s.one).self() == one));
  BOOST_TEST((s.person(s.other).self() == other));
}

BOOST_AUTO_TEST_CASE(partition_leaves_both_sides_serving_and_heals_to_one_room) {
  cluster_scenario s;
  s.place->cut_link(s.other, s.owner, 10'000);
  s.place->cut_link(s.other, s.one, 10'000);
  s.place->pass(5'000);
  BOOST_TEST(s.sees(s.owner, s.one));
  BOOST_TEST(!s.sees(s.other, s.owner));
  BOOST_TEST(s.sees(s.other, s.other), "who is cut off has its room, too");
  s.person(s.other).chat();
  s.person(s.one).chat();
  s.place->pass(1'000);
}

BOOST_AUTO_TEST_CASE(one_silent_link_leaves_one_node_out) {
  cluster_scenario s;
  s.place->cut_link(s.one, s.other, 10'000);
  s.place->pass(5'000);
  // The later of the two serves alone; nobody is with two others.
  BOOST_TEST((s.sees(s.one, s.owner) != s.sees(s.other, s.owner)));
}
