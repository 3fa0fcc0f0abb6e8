// Who shares rooms with whom while nodes do not all hear each other.
#define BOOST_TEST_MODULE circle
#include <boost/test/unit_test.hpp>

#include "protocol/cluster/circle.hpp"

using namespace greenroom;

namespace {

constexpr instant birth = 1'000'000;
const cluster_times times;

membership make(const std::string& name) {
  return make_membership({name}, name + ":1", {}, times, birth, birth);
}

} // namespace

BOOST_AUTO_TEST_CASE(who_dies_splits_nobody_whoever_notices_first) {
  std::vector<membership> nodes{make("a"), make("b"), make("c")};
  const auto tell = [&](std::size_t from, std::size_t to, instant now) {
    hear(nodes[to], nodes[from].self.name, heard_view_of(nodes[from]),
         proposal_of(nodes[from]), now);
  };
  for (auto& left : nodes)
    for (auto& right : nodes)
      if (&left != &right)
        link_up(left, right.self, "", birth);
  for (int round = 0; round < 3; ++round)
    for (std::size_t from = 0; from < nodes.size(); ++from)
      for (std::size_t to = 0; to < nodes.size(); ++to)
        if (from != to)
          tell(from, to, birth);
  for (const auto& each : nodes)
    BOOST_TEST(company_of(each) == 3u);

  tell(0, 1, birth + 300); // Its last word, which only one of the others gets.
  for (auto now = birth; now < birth + times.silence_ms_max; now += times.heartbeat_ms)
    for (const std::size_t from : {1, 2}) {
      beat(nodes[from], now);
      tell(from, 3 - from, now);
    }
  beat(nodes[2], birth + times.silence_ms_max);
  BOOST_TEST(!is_heard(nodes[2].peers.at({"a"})));
  BOOST_TEST(is_heard(nodes[1].peers.at({"a"})));
  tell(2, 1, birth + times.silence_ms_max);
  tell(1, 2, birth + times.silence_ms_max);
  const std::vector<node_name> living{{"b"}, {"c"}};
  BOOST_TEST((nodes[1].circle == living));
  BOOST_TEST((nodes[2].circle == living));
}
