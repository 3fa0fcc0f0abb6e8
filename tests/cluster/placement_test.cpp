#define BOOST_TEST_MODULE placement
#include <boost/test/unit_test.hpp>

#include <map>

#include "protocol/cluster/placement.hpp"

using namespace greenroom;

static cluster_view nodes(int count) {
  cluster_view view;
  for (int at = 0; at < count; ++at)
    view.push_back({{"node-" + std::to_string(at)}, "", 1, 0, node_status::up});
  return view;
}

static room_id room(int number) {
  return {"room-" + std::to_string(number)};
}

BOOST_AUTO_TEST_CASE(rooms_spread_evenly) {
  const auto view = nodes(5);
  std::map<std::string, int> rooms;
  for (int at = 0; at < 10'000; ++at)
    ++rooms[owner_of(room(at), view)->value];
  for (const auto& [name, count] : rooms)
    BOOST_TEST((count > 1'800 && count < 2'200), name << " owns " << count);
}

BOOST_AUTO_TEST_CASE(only_rooms_of_the_node_that_goes_move) {
  const auto before = nodes(5);
  auto after = before;
  after[2].status = node_status::gone;
  for (int at = 0; at < 1'000; ++at) {
    const auto owner = *owner_of(room(at), before);
    if (owner != before[2].name)
      BOOST_TEST((*owner_of(room(at), after) == owner));
  }
}

BOOST_AUTO_TEST_CASE(node_that_drains_owns_nothing) {
  auto view = nodes(2);
  view[0].status = node_status::draining;
  for (int at = 0; at < 100; ++at)
    BOOST_TEST((*owner_of(room(at), view) == view[1].name));
  view[1].status = node_status::gone;
  BOOST_TEST(!owner_of(room(1), view));
}

/// A changed hash would move every room when nodes are upgraded one by one.
BOOST_AUTO_TEST_CASE(hash_is_the_same_for_ever) {
  BOOST_TEST(stable_hash("") == 0xf52a15e9a9b5e89bULL);
  BOOST_TEST(stable_hash("lobby") == 0x9cef5397b504887dULL);
}
