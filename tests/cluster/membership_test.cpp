#define BOOST_TEST_MODULE membership
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <random>

#include "protocol/cluster/membership.hpp"
#include "protocol/cluster/repeated_lines.hpp"

using namespace greenroom;

namespace {

constexpr instant birth = 1'000'000;
const cluster_times times;

template <class T>
std::size_t count(const membership_effects& effects) {
  return static_cast<std::size_t>(std::ranges::count_if(
    effects, [](const auto& effect) { return std::holds_alternative<T>(effect); }));
}

membership make(const std::string& name, std::vector<std::string> seeds = {}) {
  return make_membership({name}, name + ":1", std::move(seeds), times, birth, birth);
}

const member& known(const membership& node, const std::string& name) {
  return node.peers.at({name}).known;
}

/// Both know each other, and have heard how the other stands.
void meet(membership& left, membership& right, instant now) {
  link_up(left, right.self, "", now);
  link_up(right, left.self, "", now);
  hear(left, right.self.name, view_of(right), now);
  hear(right, left.self.name, view_of(left), now);
}

} // namespace

BOOST_AUTO_TEST_CASE(node_without_seeds_decides_at_once) {
  BOOST_TEST(is_fresh(make("a"), birth));
}

BOOST_AUTO_TEST_CASE(node_with_seeds_asks_them_first) {
  auto node = make("a", {"b:1"});
  BOOST_TEST(!is_fresh(node, birth));
  BOOST_TEST(count<dial>(beat(node, birth)) == 1u);
  beat(node, birth + times.silence_ms_max - 1);
  BOOST_TEST(!is_fresh(node, birth + times.silence_ms_max - 1));
  const auto said = beat(node, birth + times.silence_ms_max);
  BOOST_TEST(is_fresh(node, birth + times.silence_ms_max), "nobody is there to ask");
  BOOST_TEST(count<view_changed>(said) == 1u);
}

BOOST_AUTO_TEST_CASE(two_that_meet_place_rooms_alike) {
  auto left = make("a", {"b:1"});
  auto right = make("b");
  meet(left, right, birth);
  BOOST_TEST(fingerprint(view_of(left)) == fingerprint(view_of(right)));
  BOOST_TEST(is_fresh(left, birth));
}

BOOST_AUTO_TEST_CASE(silence_ends_a_node_and_its_word_revives_it) {
  auto left = make("a");
  auto right = make("b");
  meet(left, right, birth);
  auto now = birth;
  while (known(left, "b").status != node_status::gone) {
    now += times.heartbeat_ms;
    beat(left, now);
    BOOST_TEST_REQUIRE(now <= birth + times.silence_ms_max);
  }
  BOOST_TEST(now >= birth + times.silence_ms_max - times.heartbeat_ms);
  // It hears of its death, and says that it lives.
  beat(right, now - 1);
  hear(right, {"a"}, view_of(left), now);
  BOOST_TEST((right.self.incarnation > known(left, "b").incarnation));
  hear(left, {"b"}, view_of(right), now);
  BOOST_TEST((known(left, "b").status == node_status::up));
}

BOOST_AUTO_TEST_CASE(broken_link_shortens_the_wait) {
  auto left = make("a");
  auto right = make("b");
  meet(left, right, birth);
  link_down(left, {"b"}, birth + 1);
  BOOST_TEST((known(left, "b").status == node_status::up), "it may be the link alone");
  beat(left, birth + 1 + times.heartbeat_ms);
  BOOST_TEST((known(left, "b").status == node_status::gone));
}

BOOST_AUTO_TEST_CASE(lost_address_is_dialled_again_with_growing_waits) {
  auto node = make("a", {"b:1"});
  std::vector<instant> dials;
  for (auto now = birth; now < birth + 60'000; now += 50)
    if (count<dial>(beat(node, now)) > 0)
      dials.push_back(now);
  BOOST_TEST(dials.size() > 10u);
  BOOST_TEST(dials[1] - dials[0] == times.redial_ms_min);
  BOOST_TEST(dials.back() - dials[dials.size() - 2] == times.redial_ms_max);
}

BOOST_AUTO_TEST_CASE(node_that_was_stopped_decides_nothing_before_it_has_heard) {
  auto left = make("a");
  auto right = make("b");
  meet(left, right, birth);
  const auto late = birth + 10 * times.silence_ms_max;
  BOOST_TEST(!is_fresh(left, late), "even before its first tick");
  beat(left, late);
  BOOST_TEST(!is_fresh(left, late));
  BOOST_TEST((known(left, "b").status == node_status::up), "the silence was its own");
  hear(left, {"b"}, view_of(right), late + 1);
  BOOST_TEST(is_fresh(left, late + 1));
}

BOOST_AUTO_TEST_CASE(restarted_node_replaces_its_earlier_life) {
  auto left = make("a");
  auto right = make("b");
  meet(left, right, birth);
  auto again = make_membership({"b"}, "b:2", {}, times, birth + 500, birth + 500);
  hear(left, {"b"}, view_of(again), birth + 600);
  BOOST_TEST(known(left, "b").address == "b:2");
  // Its clock was set back: it hears of its former life, and outbids it.
  auto back = make_membership({"b"}, "b:3", {}, times, birth - 500, birth - 500);
  hear(back, {"a"}, view_of(left), birth + 700);
  hear(left, {"b"}, view_of(back), birth + 700);
  BOOST_TEST(known(left, "b").address == "b:3");
}

BOOST_AUTO_TEST_CASE(too_many_nodes_are_ignored) {
  auto node = make("a");
  cluster_view crowd;
  for (std::size_t at = 0; at < 2 * limits::node_count_max; ++at)
    crowd.push_back({{"n" + std::to_string(at)}, "", 1, 0, node_status::up});
  hear(node, {"n0"}, crowd, birth);
  BOOST_TEST(node.peers.size() == limits::node_count_max);
}

BOOST_AUTO_TEST_CASE(draining_and_departure_are_told_at_once) {
  auto node = make("a");
  BOOST_TEST(count<gossip>(start_draining(node)) == 1u);
  BOOST_TEST(start_draining(node).empty(), "twice is once");
  BOOST_TEST(count<gossip>(depart(node)) == 1u);
}

BOOST_AUTO_TEST_CASE(node_that_left_is_not_missed) {
  auto left = make("a");
  auto right = make("b");
  meet(left, right, birth);
  BOOST_TEST(!has_left(left, {"b"}));
  depart(right);
  hear(left, {"b"}, view_of(right), birth + 1);
  BOOST_TEST(has_left(left, {"b"}));
  BOOST_TEST(!is_missed(left, "b:1"));
  BOOST_TEST((known(left, "b").status == node_status::gone), "nobody waits for silence");
  BOOST_TEST(company_of(left) == 1u);
  auto again = make_membership({"b"}, "b:1", {}, times, birth + 500, birth + 500);
  link_up(left, again.self, "", birth + 600);
  BOOST_TEST(!has_left(left, {"b"}));
  link_down(left, {"b"}, birth + 700);
  BOOST_TEST(!has_left(left, {"b"}), "this time it said nothing");
  BOOST_TEST(is_missed(left, "b:1"));
}

BOOST_AUTO_TEST_CASE(of_two_that_cannot_be_together_one_has_to_go) {
  const auto clash = [](const membership& left, const membership& right) {
    const bool left_goes = must_yield(left, right.self, company_of(right));
    BOOST_TEST(left_goes != must_yield(right, left.self, company_of(left)));
    return left_goes;
  };
  const auto born = [](const std::string& name, instant at) {
    return make_membership({name}, name + ":1", {}, times, birth,
                           static_cast<std::uint64_t>(at));
  };
  BOOST_TEST(!clash(born("a", birth), born("b", birth + 1)), "the later one goes");
  auto member_of_two = born("a", birth + 2);
  auto friend_of_it = born("c", birth);
  meet(member_of_two, friend_of_it, birth);
  BOOST_TEST(!clash(member_of_two, born("b", birth + 1)), "whatever its clock says");
  static_cast<void>(clash(born("a", birth), born("b", birth)));
}

BOOST_AUTO_TEST_CASE(name_of_a_living_node_is_taken) {
  auto node = make("a");
  auto other = make("b");
  meet(node, other, birth);
  const member restarted{{"b"}, "b:1", birth + 5, 0, node_status::up};
  const member elsewhere{{"b"}, "c:1", birth + 5, 0, node_status::up};
  BOOST_TEST(!takes_name(node, restarted));
  BOOST_TEST(takes_name(node, elsewhere));
  link_down(node, {"b"}, birth + 10);
  BOOST_TEST(!takes_name(node, elsewhere), "it may have moved");
}

BOOST_AUTO_TEST_CASE(line_is_news_once_a_minute) {
  repeated_lines lines;
  BOOST_TEST(lines.admit("a", birth));
  BOOST_TEST(!lines.admit("a", birth + repeated_lines::pause_ms - 1));
  BOOST_TEST(lines.admit("b", birth + 1));
  BOOST_TEST(lines.admit("a", birth + repeated_lines::pause_ms));
  for (std::size_t at = 0; at < repeated_lines::line_count_max; ++at)
    BOOST_TEST(lines.admit("x" + std::to_string(at), birth));
  BOOST_TEST(lines.admit("a", birth), "of too many it forgets all");
}

/// Views told in any order, late and twice, agree in the end.
BOOST_AUTO_TEST_CASE(views_converge_whatever_the_order) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random{seed};
    std::vector<membership> nodes;
    for (const char* name : {"a", "b", "c", "d"})
      nodes.push_back(make(name));
    std::vector<std::pair<std::size_t, cluster_view>> told;
    auto now = birth;
    const auto tell = [&](std::size_t from, std::size_t to) {
      hear(nodes[to], nodes[from].self.name, view_of(nodes[from]), now);
    };
    for (std::size_t at = 0; at < nodes.size(); ++at)
      for (std::size_t other = 0; other < nodes.size(); ++other)
        if (at != other)
          link_up(nodes[at], nodes[other].self, "", now);
    for (int step = 0; step < 60; ++step) {
      now += static_cast<instant>(random() % 400);
      const auto from = random() % nodes.size();
      const auto to = random() % nodes.size();
      if (from != to && random() % 3 != 0)
        told.emplace_back(to, view_of(nodes[from]));
      if (!told.empty() && random() % 2 == 0) {
        const auto& [whom, view] = told[random() % told.size()];
        hear(nodes[whom], nodes[(whom + 1) % nodes.size()].self.name, view, now);
      }
      beat(nodes[random() % nodes.size()], now);
    }
    for (int round = 0; round < 4; ++round)
      for (std::size_t at = 0; at < nodes.size(); ++at)
        for (std::size_t other = 0; other < nodes.size(); ++other)
          if (at != other)
            tell(at, other);
    for (const auto& node : nodes)
      BOOST_TEST((view_of(node) == view_of(nodes.front())), "seed " << seed);
  }
}
