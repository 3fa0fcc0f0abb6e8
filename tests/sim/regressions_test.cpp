// Every run that ever failed, by the name of what it showed.
#define BOOST_TEST_MODULE greenroom_sim_regressions
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

#include "tests/sim/simulation.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom::sim;

struct regression {
  const char* name;
  std::uint64_t seed;
  const char* faults;
  bool speaks_phoenix = false;
  std::size_t node_count = 1;
};

static std::ostream& operator<<(std::ostream& out, const regression& one) {
  return out << one.name;
}

static const std::vector<regression> regressions{
  // A join expired a seat on its way; the log never said that its owner left.
  {"seat that expires while somebody joins", 229, "clock"},
  // A join that a dying room swallowed kept its topic's place for good, so that
  // every later join of the connection was refused.
  {"join that a dying room swallows", 204, "room_death"},
  {"join that a dying room swallows, in Phoenix", 292, "client", true},
  {"another one", 512, "client", true},
  // What a client was told on its way to a former join entered its new roster.
  {"news of a former join", 12, "client", true},
  // What was heard between a merged media update and a lost connection.
  {"media update merged before a resume", 468, "client"},
  // Who resumed before it heard of its seat in a room that had been restarted counted
  // by the numbers of the former one, and missed what was said since.
  {"seat in a restarted room resumed unheard", 1314, "client"},
  {"signal to who resumes a seat unheard", 786, "client"},
  {"chat to who resumes a seat unheard", 1865, "client"},
  // As in the first, where the seat was the last one of a full room.
  {"seat that expires in a full room", 70, "client"},
  // A clock that stood still already when the seat was suspended.
  {"window that begins while the clock stands", 200, "clock"},
  // An outbox smaller than the log that it must replay, so that who resumed was slow,
  // again and again. Rules that cannot be kept are no longer drawn.
  {"replay larger than an outbox", 101, "client"},
  {"replay larger than an outbox, late", 362, "client"},
  // A seat listed again as it was, to a client that was not told yet that it had left.
  {"leave merged behind a return", 1723, "all", false, 4},
  // Who resumed on a third node was no longer known to have heard what came before, and
  // heard it again when the owner died and it was asked for once more.
  {"resume between a push and its repetition", 5417, "all", false, 5},
  // A leave that reached the next owner of a room before the former one's state did, in
  // which whoever had left still sat.
  {"leave that overtakes a room on its way", 1034, "all", false, 5},
  // Two people let in here and one there, by nodes that had not met yet.
  {"room that begins twice", 5558, "all", false, 5},
  // A relay whose end its owner had not heard of, while the room was empty: later, what
  // others said had to wait until it was taken for lost.
  {"link that ended unseen", 3064, "all", false, 4},
  // One participant on both sides of a split: the session that lost its seat when they met
  // was not told.
  {"older session that wins a seat", 6154, "all", false, 4},
  // A room that died began its attachments anew: an old session suspended another's seat.
  {"old session of a room that died", 8357, "all", false, 5},
};

BOOST_DATA_TEST_CASE(holds_again, data::make(regressions), one) {
  simulation_options run;
  run.seed = one.seed;
  run.faults = *fault_plan::parse(one.faults);
  run.speaks_phoenix = one.speaks_phoenix;
  run.node_count = one.node_count;
  run.shares_rooms = one.node_count > 1;
  // As it was then, and as it may be now.
  for (const auto is_wide :
       {std::optional<bool>{}, std::optional{false}, std::optional{true}})
    for (const bool reads_at_once : {false, true}) {
      run.has_wide_rooms = is_wide;
      run.reads_at_once = reads_at_once;
      const auto result = simulate(run);
      BOOST_TEST(!result.found, (result.found ? result.found->sentence : ""));
    }
}
