// Goal: the simulator can fail. Each bug that is planted in a copy of the sources
// is found by the checker that guards what it breaks, and soon.
#define BOOST_TEST_MODULE greenroom_sim_planted_bugs
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

#include "protocol/vocabulary/planted.hpp"
#include "tests/sim/simulation.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom;
using namespace greenroom::sim;

struct planting {
  const char* name;
  planted_bug bug;
  const char* checker; ///< That must find it.
};

static std::ostream& operator<<(std::ostream& out, const planting& one) {
  return out << one.name;
}

static const std::vector<planting> plantings{
  {"capacity off by one", planted_bug::capacity_off_by_one, "capacity"},
  {"leave lost on death", planted_bug::leave_lost_on_death, "rosters"},
  {"event delivered twice", planted_bug::event_delivered_twice, "delivery"},
  {"resume that skips one event", planted_bug::resume_skips_one, "delivery"},
  {"resume that swaps two events", planted_bug::resume_swaps_two, "broadcasts"},
  {"credit never returned", planted_bug::credit_never_returned, "credit"},
  {"stale attachment honoured", planted_bug::stale_attachment_honoured, "broadcasts"},
  {"roster diff without the old version", planted_bug::diff_without_old_version,
   "rosters"},
  {"ghost after an abrupt loss", planted_bug::ghost_after_loss, "rosters"},
  {"seat that can be resumed given up", planted_bug::resumable_thrown_out, "departures"},
  {"room that outlives its members", planted_bug::room_outlives_members, "remains"},
  {"room that ends before a join", planted_bug::room_ends_before_a_join, "ownership"},
  {"signal that everybody hears", planted_bug::signal_to_everyone, "delivery"},
  {"signal that is not kept for who resumes", planted_bug::signal_not_logged, "delivery"},
  {"former session that is not told", planted_bug::former_not_told, "ownership"},
  {"window that never ends", planted_bug::window_without_end, "rosters"},
  {"count of what was received short by one", planted_bug::received_one_short,
   "broadcasts"},
  {"answer that is swallowed", planted_bug::answer_swallowed, "answers"},
  {"word before the roster change that it needs", planted_bug::heard_before_presence,
   "introductions"},
  {"newcomer that is told again what its roster has", planted_bug::newcomer_told_again,
   "introductions"},
};

constexpr std::uint64_t seed_max = 2'000;

BOOST_AUTO_TEST_CASE(nothing_is_found_where_nothing_is_planted) {
  active_bug = planted_bug::none;
  simulation_options run;
  for (run.seed = 1; run.seed <= 20; ++run.seed)
    BOOST_TEST(!simulate(run).found);
}

/// What breaks one rule soon breaks others: who counts wrongly also shows as late, or
/// as a ghost. The one that guards the rule must see it as well.
BOOST_DATA_TEST_CASE(planted_bug_is_found, data::make(plantings), planting) {
  active_bug = planting.bug;
  simulation_options run;
  outcome result;
  const auto is_found = [&] {
    return result.found && result.found->checker == planting.checker;
  };
  for (run.seed = 1; run.seed <= seed_max && !is_found(); ++run.seed)
    result = simulate(run);
  active_bug = planted_bug::none;
  BOOST_TEST_REQUIRE(is_found());
  BOOST_TEST_MESSAGE(planting.name << ": seed " << run.seed - 1 << ", "
                                   << result.found->checker << ": "
                                   << result.found->sentence);
}
