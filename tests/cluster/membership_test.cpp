#define BOOST_TEST_MODULE membership
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <random>
#include <set>

#include "protocol/cluster/circle.hpp"
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

membership_effects tell(const membership& from, membership& to, instant now) {
  return hear(to, from.self.name, heard_view_of(from), proposal_of(from), now);
}

/// Both know each other, and have heard how the other stands.
void meet(membership& left, membership& right, instant now) {
  link_up(left, right.self, "", now);
  link_up(right, left.self, "", now);
  for (int round = 0; round < 3; ++round) {
    tell(right, left, now);
    tell(left, right, now);
  }
}

node_status status_of(const membership& node, const std::string& other) {
  const auto view = view_of(node);
  return std::ranges::find(view, node_name{other}, &member::name)->status;
}

/// Nodes that are linked, and tell each other what they know.
struct town {
  std::vector<membership> nodes;
  std::set<std::pair<std::size_t, std::size_t>> links, silent;
  instant now = birth;

  explicit town(const std::vector<std::string>& names) {
    for (const auto& name : names)
      nodes.push_back(make(name));
    for (std::size_t one = 0; one < nodes.size(); ++one)
      for (std::size_t other = 0; other < one; ++other)
        link(one, other);
  }

  void link(std::size_t one, std::size_t other) {
    links.emplace(one, other);
    link_up(nodes[one], nodes[other].self, "", now);
    link_up(nodes[other], nodes[one].self, "", now);
  }
  void talk() {
    for (int round = 0; round < 6; ++round)
      for (const auto& each : links)
        if (!silent.contains(each)) {
          tell(nodes[each.first], nodes[each.second], now);
          tell(nodes[each.second], nodes[each.first], now);
        }
  }
  void pass(std::int64_t ms) {
    for (const auto until = now + ms; now < until;) {
      now += times.heartbeat_ms;
      for (auto& node : nodes)
        beat(node, now);
      talk();
    }
  }
  std::size_t number_of(const std::string& name) const {
    return static_cast<std::size_t>(
      std::ranges::find(nodes, node_name{name}, [](const auto& x) { return x.self.name; })
      - nodes.begin());
  }
  void cut_at(std::size_t one, std::size_t other) {
    silent.emplace(std::max(one, other), std::min(one, other));
  }
  void cut(const std::string& one, const std::string& other) {
    cut_at(number_of(one), number_of(other));
  }
  void heal() { silent.clear(); }
  std::string circle_of(const std::string& name) const {
    std::string names;
    for (const auto& each : nodes[number_of(name)].circle)
      names += (names.empty() ? "" : " ") + each.value;
    return names;
  }
};

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
  const auto before = fingerprint(view_of(left));
  auto now = birth;
  while (status_of(left, "b") != node_status::gone) {
    now += times.heartbeat_ms;
    beat(left, now);
    BOOST_TEST_REQUIRE(now <= birth + times.silence_ms_max);
  }
  BOOST_TEST(now >= birth + times.silence_ms_max - times.heartbeat_ms);
  beat(right, now - 1);
  tell(left, right, now);
  BOOST_TEST((status_of(right, "a") == node_status::gone), "it is not heard by it");
  for (int round = 0; round < 3; ++round) {
    tell(right, left, now);
    tell(left, right, now);
  }
  BOOST_TEST((status_of(left, "b") == node_status::up));
  BOOST_TEST(fingerprint(view_of(left)) == fingerprint(view_of(right)));
  BOOST_TEST(fingerprint(view_of(left)) != before, "others have followed that long ago");
}

BOOST_AUTO_TEST_CASE(broken_link_shortens_the_wait) {
  auto left = make("a");
  auto right = make("b");
  meet(left, right, birth);
  link_down(left, {"b"}, birth + 1);
  BOOST_TEST((status_of(left, "b") == node_status::up), "it may be the link alone");
  beat(left, birth + 1 + times.heartbeat_ms);
  BOOST_TEST((status_of(left, "b") == node_status::gone));
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
  BOOST_TEST((status_of(left, "b") == node_status::up), "the silence was its own");
  tell(right, left, late + 1);
  BOOST_TEST(!is_fresh(left, late + 1), "that was said before it went on");
  tell(left, right, late + 2);
  tell(right, left, late + 2);
  BOOST_TEST(is_fresh(left, late + 2));
}

BOOST_AUTO_TEST_CASE(restarted_node_replaces_its_earlier_life) {
  auto left = make("a");
  auto right = make("b");
  meet(left, right, birth);
  auto again = make_membership({"b"}, "b:2", {}, times, birth + 500, birth + 500);
  tell(again, left, birth + 600);
  BOOST_TEST(known(left, "b").address == "b:2");
  // Its clock was set back: it hears of its former life, and outbids it.
  auto back = make_membership({"b"}, "b:3", {}, times, birth - 500, birth - 500);
  tell(left, back, birth + 700);
  tell(back, left, birth + 700);
  BOOST_TEST(known(left, "b").address == "b:3");
}

BOOST_AUTO_TEST_CASE(too_many_nodes_are_ignored) {
  auto node = make("a");
  cluster_view crowd;
  for (std::size_t at = 0; at < 2 * limits::node_count_max; ++at)
    crowd.push_back({{"n" + std::to_string(at)}, "", 1, 0, node_status::up});
  hear(node, {"n0"}, crowd, {}, birth);
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
  tell(right, left, birth + 1);
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

/// What nodes told, in any order, late and twice, does no harm in the end.
BOOST_AUTO_TEST_CASE(views_converge_whatever_the_order) {
  struct letter {
    std::size_t from, to;
    cluster_view view;
    std::vector<node_name> proposal;
  };
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random{seed};
    town where{{"a", "b", "c", "d"}};
    auto& nodes = where.nodes;
    std::vector<letter> told;
    for (int step = 0; step < 60; ++step) {
      where.now += static_cast<instant>(random() % 400);
      const auto from = random() % nodes.size();
      const auto to = random() % nodes.size();
      if (from != to && random() % 3 != 0)
        told.push_back({from, to, heard_view_of(nodes[from]), proposal_of(nodes[from])});
      if (!told.empty() && random() % 2 == 0) {
        const auto& late = told[random() % told.size()];
        hear(nodes[late.to], nodes[late.from].self.name, late.view, late.proposal,
             where.now);
      }
      beat(nodes[random() % nodes.size()], where.now);
    }
    where.talk();
    for (const auto& node : nodes) {
      BOOST_TEST(node.circle.size() == nodes.size(), "seed " << seed);
      BOOST_TEST(fingerprint(view_of(node)) == fingerprint(view_of(nodes[0])));
    }
  }
}

BOOST_AUTO_TEST_CASE(of_two_that_do_not_hear_each_other_the_later_is_left_out) {
  town where{{"a", "b", "c"}};
  where.talk();
  BOOST_TEST(where.circle_of("b") == "a b c");
  where.cut("a", "b");
  where.pass(times.silence_ms_max);
  BOOST_TEST(where.circle_of("a") == "a c");
  BOOST_TEST(where.circle_of("b") == "b");
  BOOST_TEST(where.circle_of("c") == "a c", "though it hears both");
  const auto before = fingerprint(view_of(where.nodes[0]));
  where.pass(5 * times.silence_ms_max);
  BOOST_TEST(fingerprint(view_of(where.nodes[0])) == before, "and so it stays");
  where.heal();
  where.talk();
  BOOST_TEST(where.circle_of("b") == "a b c");
}

BOOST_AUTO_TEST_CASE(newcomer_that_some_cannot_hear_yet_splits_nobody) {
  town where{{"b", "c"}};
  where.talk();
  where.nodes.push_back(
    make_membership({"a"}, "a:1", {"b:1"}, times, birth, birth - 1'000));
  where.link(2, 0);
  where.talk();
  BOOST_TEST(where.circle_of("b") == "b c");
  BOOST_TEST(where.circle_of("a") == "a");
  BOOST_TEST(!is_fresh(where.nodes[2], where.now), "it is about to be let in");
  where.link(2, 1);
  where.talk();
  BOOST_TEST(where.circle_of("b") == "a b c");
  BOOST_TEST(is_fresh(where.nodes[2], where.now));
}

/// Whatever links are silent, those in one circle agree on it, and all are together
/// again when the links have healed.
BOOST_AUTO_TEST_CASE(circles_agree_whatever_links_are_silent) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random{seed};
    town where{{"a", "b", "c", "d", "e"}};
    where.talk();
    for (auto count = 1 + random() % 3; count > 0; --count)
      where.cut_at(random() % 5, random() % 5);
    where.pass(2 * times.silence_ms_max);
    for (const auto& node : where.nodes)
      for (const auto& name : node.circle)
        BOOST_TEST(where.circle_of(name.value) == where.circle_of(node.self.name.value),
                   "seed " << seed);
    where.heal();
    where.talk();
    for (const auto& node : where.nodes)
      BOOST_TEST(node.circle.size() == 5u, "seed " << seed);
  }
}
