#define BOOST_TEST_MODULE shared_room
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>

#include "tests/cluster/shared_world.hpp"

using namespace greenroom;
using test::guest;
using test::shared_world;

namespace {

struct plan {
  std::size_t nodes = 3;
  std::uint32_t capacity = 6;
  int steps = 600;
  int moves = 0; ///< Out of 1000 steps, about.
  bool kill_one = false;
  std::uint32_t wide_seats_min = limits::wide_room_seats_min;
};

/// What each guest should have heard of each other, as it was said.
struct record {
  std::map<std::pair<participant_id, participant_id>, std::vector<std::uint64_t>> signals;
  std::map<participant_id, std::vector<std::uint64_t>> chats;
};

std::vector<guest*> present(shared_world& world) {
  std::vector<guest*> result;
  for (auto& who : world.guests)
    if (who.joined && !who.ended)
      result.push_back(&who);
  return result;
}

void talk(shared_world& world, record& said) {
  const auto all = present(world);
  if (all.size() < 2)
    return;
  auto& from = *all[world.draw(all.size())];
  if (from.in_flight >= 64)
    return;
  if (world.draw(2) == 0) {
    auto& to = *all[world.draw(all.size())];
    if (&to == &from || !from.roster.contains(to.id))
      return;
    world.signal(from, to);
    said.signals[{from.id, to.id}].push_back(from.spoken);
  } else {
    world.chat(from);
    said.chats[from.id].push_back(from.spoken);
  }
}

/// Everything that was said between two who stayed was heard, once and in order.
void check_delivery(shared_world& world, const record& said) {
  const auto all = present(world);
  for (const auto* to : all)
    for (const auto* from : all) {
      const auto signals = said.signals.find({from->id, to->id});
      if (signals != said.signals.end()) {
        const auto heard = to->signals.find(from->id);
        const auto numbers = heard == to->signals.end() ? std::vector<std::uint64_t>{}
                                                        : heard->second;
        BOOST_TEST(numbers == signals->second, boost::test_tools::per_element());
      }
    }
}

void check_rosters(shared_world& world) {
  std::set<participant_id> ids;
  const auto all = present(world);
  for (const auto* who : all)
    ids.insert(who->id);
  for (const auto* who : all)
    BOOST_TEST((who->roster == ids), "node " << who->node << " sees "
                                             << who->roster.size() << " of "
                                             << ids.size());
}

void run(const plan& wanted, std::uint64_t seed) {
  BOOST_TEST_CONTEXT("seed " << seed) {
    shared_world world{wanted.nodes, wanted.capacity, seed, wanted.wide_seats_min};
    record said;
    const auto some_living_node = [&] {
      auto node = world.draw(wanted.nodes);
      while (!world.lives(node))
        node = world.draw(wanted.nodes);
      return node;
    };
    for (int at = 0; at < wanted.steps; ++at) {
      if (world.draw(40) == 0)
        world.join(some_living_node());
      if (world.draw(1000) < static_cast<std::size_t>(wanted.moves))
        world.place(some_living_node());
      if (wanted.kill_one && at == wanted.steps / 2) {
        const auto victim = world.draw(wanted.nodes);
        world.kill(victim, (victim + 1) % wanted.nodes);
      }
      if (const auto all = present(world); world.draw(150) == 0 && !all.empty()) {
        auto& who = *all[world.draw(all.size())];
        if (world.draw(2) == 0)
          world.leave(who);
        else
          world.lose(who);
      }
      talk(world, said);
      world.step();
      world.step();
    }
    world.settle();
    for (const auto& violation : world.violations)
      BOOST_ERROR(violation);
    BOOST_TEST(present(world).size() <= wanted.capacity);
    check_rosters(world);
    check_delivery(world, said);
    for (const auto* who : present(world)) {
      BOOST_TEST(who->unanswered == 0u);
      BOOST_TEST(who->in_flight < limits::credit_batch_count);
    }
  }
}

} // namespace

namespace {

void run_all(const plan& wanted, std::uint64_t seed_count) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed)
    run(wanted, seed);
}

} // namespace

BOOST_AUTO_TEST_CASE(one_owner_and_two_relays) {
  run_all({}, 200);
}

BOOST_AUTO_TEST_CASE(the_owner_changes_and_nobody_notices) {
  run_all({.moves = 15}, 1000);
}

BOOST_AUTO_TEST_CASE(the_owner_changes_among_five_nodes) {
  run_all({.nodes = 5, .capacity = 8, .moves = 10}, 300);
}

BOOST_AUTO_TEST_CASE(a_node_dies_and_the_others_go_on) {
  run_all({.kill_one = true}, 1000);
}

BOOST_AUTO_TEST_CASE(wide_rooms_gather_and_their_owner_changes) {
  run_all({.capacity = 12, .wide_seats_min = 2}, 50);
  run_all({.capacity = 12, .moves = 15, .wide_seats_min = 2}, 150);
}

BOOST_AUTO_TEST_CASE(wide_rooms_gather_and_a_node_dies) {
  run_all({.capacity = 12, .kill_one = true, .wide_seats_min = 2}, 150);
}

/// Sessions of the node would be told later; relays of it are not its own any more.
BOOST_AUTO_TEST_CASE(what_an_owner_has_gathered_is_told_before_the_room_moves) {
  shared_world world{3, 12, 1, 2};
  for (int count = 0; count < 3; ++count)
    world.join(0);
  auto& relay = world.join(1);
  world.settle();
  world.join(0);
  const auto before = relay.roster.size();
  auto& gathered = world.join(0); // Right after the other.
  BOOST_TEST(world.room(0).gathering.due().has_value());
  const auto said = learn(world.room(0), {false, {"n1"}, false, nullptr}, world.now);
  const auto is_news = [](const shared_output& output) {
    const auto* word = std::get_if<say_relays>(&output);
    const auto* news = word ? std::get_if<link_word>(&word->what) : nullptr;
    return news && std::holds_alternative<shared_event>(news->what.what);
  };
  const auto is_last = [](const shared_output& output) {
    const auto* word = std::get_if<say_relays>(&output);
    return word && std::holds_alternative<room_moved>(word->what);
  };
  const auto news = std::ranges::find_if(said, is_news);
  BOOST_TEST((news < std::ranges::find_if(said, is_last)));
  BOOST_TEST((std::ranges::find_if(said, is_last) != said.end()));
  BOOST_TEST(!world.room(0).gathering.due());
  BOOST_TEST(before == 4u);
  BOOST_TEST(gathered.joined);
}
