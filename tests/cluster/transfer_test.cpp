// Goal: a room that comes from another owner brings nobody back who has left.
#define BOOST_TEST_MODULE greenroom_cluster_transfer
#include <boost/test/unit_test.hpp>

#include <utility>

#include "protocol/cluster/transfer.hpp"
#include "tests/protocol/room_fixture.hpp"

using namespace greenroom;
using namespace greenroom::test;

/// Ann has left here while the room, in which she sits, is on its way.
struct room_that_ann_left : room_fixture {
  take_over there;

  explicit room_that_ann_left(bool has_events) {
    const auto ann = join(1, true), bob = join(2, true);
    if (has_events)
      chat(bob, "hello");
    leave(bob);
    there = pack(room, now);
    leave(ann);
  }
  void meet() { absorb(room, std::exchange(there, {}), now); }
};

BOOST_AUTO_TEST_CASE(who_was_not_told_of_a_leave_brings_nobody_back) {
  for (const bool has_events : {false, true}) {
    room_that_ann_left r{has_events};
    r.meet();
    BOOST_TEST(r.room.seats.empty());
    BOOST_TEST(r.room.empty_since.has_value());
    BOOST_TEST(r.room.departed.size() >= 2u);
  }
}

BOOST_AUTO_TEST_CASE(who_came_back_on_the_other_side_stays) {
  for (const bool has_events : {false, true}) {
    room_that_ann_left r{has_events};
    r.there.room.seats.front().attachment += attachment_stride / 2;
    r.meet();
    BOOST_REQUIRE(r.room.seats.size() == 1u);
    BOOST_TEST((r.room.seats.front().shown.who == id(1)));
    BOOST_TEST(!r.room.empty_since.has_value());
  }
}
