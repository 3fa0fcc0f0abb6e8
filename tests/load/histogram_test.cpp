// Goal: percentiles are never too low, and too high by no more than is promised.
#define BOOST_TEST_MODULE greenroom_load_histogram
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "tools/greenroom-load/histogram.hpp"

using greenroom::load::histogram;

BOOST_AUTO_TEST_CASE(small_values_are_exact) {
  histogram counts;
  for (int value = 1; value <= 100; ++value)
    counts.add(value);
  for (const int percent : {1, 50, 90, 99, 100})
    BOOST_TEST(counts.percentile(percent) == percent);
  BOOST_TEST(counts.mean() == 50.5);
}

BOOST_AUTO_TEST_CASE(nothing_has_no_percentiles) {
  BOOST_TEST(histogram{}.percentile(99) == 0);
  BOOST_TEST(histogram{}.mean() == 0);
}

BOOST_AUTO_TEST_CASE(the_error_is_bounded_over_nine_orders_of_magnitude) {
  std::mt19937_64 random{1};
  std::vector<std::int64_t> values;
  histogram counts;
  for (int count = 0; count < 20'000; ++count) {
    const auto exponent = static_cast<double>(random() % 9000) / 1000;
    values.push_back(static_cast<std::int64_t>(std::pow(10, exponent)));
    counts.add(values.back());
  }
  std::ranges::sort(values);
  for (const double percent : {0.1, 1.0, 10.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    const auto rank = std::max(1.0, std::ceil(20'000 * percent / 100));
    const auto exact = static_cast<double>(values[static_cast<std::size_t>(rank) - 1]);
    const auto told = static_cast<double>(counts.percentile(percent));
    BOOST_TEST(told >= exact, percent);
    BOOST_TEST(told <= exact * (1 + 1.0 / 128), percent);
  }
}

BOOST_AUTO_TEST_CASE(a_sum_is_the_same_whole_or_compact) {
  histogram left, right, whole, compact;
  for (int value = 0; value < 5000; value += 7) {
    left.add(value);
    right.add(value * 1000);
  }
  whole.add(left);
  whole.add(right);
  compact.add(left.compact());
  compact.add(right.compact());
  BOOST_TEST(whole.count() == left.count() + right.count());
  BOOST_TEST(compact.count() == whole.count());
  for (const double percent : {10.0, 50.0, 75.0, 99.0})
    BOOST_TEST(compact.percentile(percent) == whole.percentile(percent));
}

BOOST_AUTO_TEST_CASE(what_is_beyond_the_scale_counts_as_its_ends) {
  histogram counts;
  counts.add(-5);
  counts.add(INT64_MAX);
  BOOST_TEST(counts.count() == 2u);
  BOOST_TEST(counts.percentile(50) == 0);
  BOOST_TEST(counts.percentile(100) == (std::int64_t{1} << 40) - 1);
}
