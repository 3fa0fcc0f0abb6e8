// Goal: every guarantee holds in worlds where all that may go wrong does, and the
// same seed brings the same run.
#define BOOST_TEST_MODULE greenroom_sim_seeds
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <set>

#include "tests/sim/simulation.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom::sim;

/// Runs ten seeds from `first` on, so that a failing report names its run.
static void hold(simulation_options run, std::uint64_t first) {
  for (run.seed = first; run.seed < first + 10; ++run.seed) {
    const auto result = simulate(run);
    BOOST_TEST(!result.found, command_line_of(run)
                                << " violates "
                                << (result.found ? result.found->checker : "") << ": "
                                << (result.found ? result.found->sentence : ""));
  }
}

BOOST_DATA_TEST_CASE(one_node_without_faults, data::xrange(1, 101, 10), seed) {
  simulation_options run;
  run.faults = fault_plan::none();
  hold(run, static_cast<std::uint64_t>(seed));
}

BOOST_DATA_TEST_CASE(one_node_with_all_client_faults, data::xrange(1, 501, 10), seed) {
  hold({}, static_cast<std::uint64_t>(seed));
}

BOOST_DATA_TEST_CASE(one_node_through_the_dialect, data::xrange(1, 101, 10), seed) {
  simulation_options run;
  run.speaks_phoenix = true;
  hold(run, static_cast<std::uint64_t>(seed));
}

BOOST_DATA_TEST_CASE(three_nodes_with_all_faults, data::xrange(1, 41, 10), seed) {
  simulation_options run;
  run.node_count = 3;
  run.faults = fault_plan::all();
  hold(run, static_cast<std::uint64_t>(seed));
}

BOOST_DATA_TEST_CASE(nodes_that_share_rooms, data::make({3, 4, 5}), node_count) {
  simulation_options run;
  run.node_count = static_cast<std::size_t>(node_count);
  run.shares_rooms = true;
  run.faults = fault_plan::all();
  hold(run, 1);
}

BOOST_DATA_TEST_CASE(one_crowded_room, data::xrange(1, 41, 10), seed) {
  simulation_options run;
  run.room_count = 1;
  run.participant_count = 20;
  hold(run, static_cast<std::uint64_t>(seed));
}

// Whatever ran before it in the same process must not show.
BOOST_AUTO_TEST_CASE(same_seed_same_run) {
  std::set<std::uint64_t> distinct;
  for (const std::size_t node_count : {1, 3}) {
    simulation_options run;
    run.node_count = node_count;
    run.faults = fault_plan::all();
    std::vector<std::uint64_t> first;
    for (run.seed = 1; run.seed <= 8; ++run.seed)
      first.push_back(digest_of(run));
    for (run.seed = 8; run.seed >= 1; --run.seed)
      BOOST_TEST(digest_of(run) == first[run.seed - 1]);
    distinct.insert(first.begin(), first.end());
  }
  BOOST_TEST(distinct.size() == 16u);
}
