// Goal: the program brings the same run in every process, says clearly what it found,
// and what is wrong with its options.
#define BOOST_TEST_MODULE greenroom_sim_program
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/shell.hpp"

namespace data = boost::unit_test::data;
using greenroom::test::run_shell;

static const std::string program = GREENROOM_SIM_BIN;

BOOST_DATA_TEST_CASE(same_seed_same_trace_in_two_processes,
                     data::make({"--seed 5", "--seed 6 --phoenix",
                                 "--seed 7 --nodes 3 --faults all"}),
                     options) {
  const auto first = run_shell(program + " --trace " + options);
  const auto second = run_shell(program + " --trace " + options);
  BOOST_TEST(first.status == 0);
  BOOST_TEST(first.text.size() > 10'000u);
  BOOST_TEST((first.text == second.text));
}

BOOST_AUTO_TEST_CASE(help_goes_to_standard_output) {
  const auto result = run_shell(program + " --help 2>/dev/null");
  BOOST_TEST(result.status == 0);
  BOOST_TEST(result.text.starts_with("Usage: greenroom-sim"));
}

BOOST_DATA_TEST_CASE(bad_options_are_one_line_and_status_2,
                     data::make({"--bogus", "--seed", "--seed x", "--seeds 5..2",
                                 "--faults nonsense", "--nodes 0", "--replay /nowhere"}),
                     options) {
  const auto result = run_shell(program + " " + options + " 2>&1");
  BOOST_TEST(result.status == 2);
  BOOST_TEST(result.text.starts_with("greenroom-sim: "));
  BOOST_TEST(std::ranges::count(result.text, '\n') == 1);
}

BOOST_AUTO_TEST_CASE(replay_that_differs_is_said) {
  const std::string dump = "greenroom-flight 2\nroom x61 6 4194304 150000 30000 30000\n"
                           "state 1000 1000 0 1 1 0 1000\ntick 2000 12345\nend\n";
  const auto result = run_shell("printf '%s' '" + dump + "' | " + program
                                + " --replay /dev/stdin");
  BOOST_TEST(result.status == 1);
  BOOST_TEST(result.text.find("DIFFERS") != std::string::npos);
}
