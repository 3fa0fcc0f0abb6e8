// Goal: a connection that is refused without end writes a bounded number of lines, and
// those that it does not write are counted.
#define BOOST_TEST_MODULE greenroom_net_line_quota
#include <boost/test/unit_test.hpp>

#include "net/line_quota.hpp"

using namespace greenroom;

constexpr instant start = 1'700'000'000'000;

BOOST_AUTO_TEST_CASE(so_many_a_second_and_no_more) {
  net::line_quota quota;
  for (int second = 0; second < 3; ++second) {
    std::uint32_t admitted = 0;
    for (int ms = 0; ms < 1'000; ++ms)
      admitted += quota.admit(start + second * 1'000 + ms);
    BOOST_TEST(admitted == limits::refusal_lines_per_second_max);
  }
  BOOST_TEST(quota.take_left_out() == 3 * (1'000 - limits::refusal_lines_per_second_max));
  BOOST_TEST(quota.take_left_out() == 0u);
}

BOOST_AUTO_TEST_CASE(the_count_is_due_when_the_second_is_over) {
  net::line_quota quota;
  for (std::uint32_t count = 0; count < limits::refusal_lines_per_second_max; ++count)
    BOOST_TEST(quota.admit(start));
  BOOST_TEST(!quota.owes_count(start + 1'000));
  BOOST_TEST(!quota.admit(start + 999));
  BOOST_TEST(!quota.owes_count(start + 999));
  BOOST_TEST(quota.owes_count(start + 1'000));
  BOOST_TEST(quota.take_left_out() == 1u);
  BOOST_TEST(!quota.owes_count(start + 1'000));
  BOOST_TEST(quota.admit(start + 1'000));
}
