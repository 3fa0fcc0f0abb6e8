// Goal: whatever keeps one participant from reaching another, and a node knows of, is
// said in one sentence, and the same facts always bring the same sentence.
#define BOOST_TEST_MODULE greenroom_cluster_reachability
#include <boost/test/unit_test.hpp>

#include "protocol/cluster/node_report.hpp"
#include "protocol/cluster/reachability.hpp"
#include "protocol/room/flight_recorder.hpp"
#include "tests/protocol/room_fixture.hpp"

using namespace greenroom;
using test::id;

namespace {

using description = session_description;

/// A room on the record, in which Ann is asked about, and Bob whom she wants to reach.
struct call {
  static constexpr instant birth = 1'000'000;

  instant now = birth;
  room_state room = make_room({"lobby"}, {}, birth);
  flight_recorder recorder{room};
  participant_id ann = id(1), bob = id(2);
  std::string a = ann.to_string(), b = bob.to_string();

  template <class Command>
  void decide(Command command) {
    recorder.take(room, command, now);
    recorder.decided(apply(room, std::move(command), now));
  }
  void join(const participant_id& who, bool resumable = true) {
    join_room command;
    command.room = room.id;
    command.fresh = who;
    command.display_name = "secret";
    command.resumable = resumable;
    decide(command);
  }
  seat_key key(const participant_id& who) {
    return {who, find_seat(room, who)->attachment};
  }
  void say(const participant_id& from, const participant_id& to, description::kind type) {
    decide(apply_push{key(from),
                      {{}, send_signal{to, description{type, json_string{"v=0"}}}, 100}});
  }
  void pass(std::int64_t ms) {
    now += ms;
    recorder.take_tick(room, now);
    recorder.decided(expire(room, now));
  }

  reach_question question() const { return {room.id, ann, bob}; }
  reach_testimony testimony() const {
    return testify(room, question(), recorder.dump(), now);
  }
  std::string why() const { return explain(question(), {testimony()}); }
};

struct met : call {
  met() {
    join(ann);
    join(bob);
    now += 5'000;
  }
};

/// What the owner would say if the two were connected to other nodes of a cluster.
reach_testimony of_owner(const met& c) {
  auto result = c.testimony();
  result.node = result.owner = "a";
  result.from.is_here = false;
  result.from.node = "node b";
  return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(unknown_room) {
  const call c;
  BOOST_TEST(explain(c.question(), {}) == "No node has a room 'lobby'.");
}

BOOST_AUTO_TEST_CASE(the_same_participant_twice) {
  const met c;
  BOOST_TEST(explain({c.room.id, c.ann, c.ann}, {c.testimony()})
             == c.a + " is asked about twice: it reaches nobody but itself.");
}

BOOST_AUTO_TEST_CASE(never_in_the_room) {
  call c;
  c.join(c.bob);
  BOOST_TEST(c.why() == c.a + " is not in the room, and was not lately.");
}

BOOST_AUTO_TEST_CASE(left_the_room) {
  met c;
  c.decide(leave_room{c.key(c.bob)});
  c.pass(12'000);
  BOOST_TEST(c.why() == c.b + " is not in the room: it left, 12 s ago.");
}

BOOST_AUTO_TEST_CASE(left_and_came_back) {
  met c;
  c.decide(leave_room{c.key(c.bob)});
  c.join(c.bob);
  BOOST_TEST(c.why().starts_with("Nothing that Greenroom knows of"));
}

BOOST_AUTO_TEST_CASE(lost_and_did_not_resume) {
  met c;
  c.decide(suspend_seat{c.key(c.ann), true});
  c.pass(c.room.limits.resume_window_ms);
  c.pass(700);
  BOOST_TEST(c.why()
             == c.a
                  + " is not in the room: it lost its connection and did not resume in "
                    "time, 700 ms ago.");
}

BOOST_AUTO_TEST_CASE(lost_without_resume) {
  call c;
  c.join(c.ann);
  c.join(c.bob, false);
  c.decide(suspend_seat{c.key(c.bob), true});
  BOOST_TEST(c.why()
             == c.b
                  + " is not in the room: it lost its connection, could not resume, and "
                    "so left, 0 ms ago.");
}

BOOST_AUTO_TEST_CASE(replaced_by_a_new_join) {
  met c;
  join_room command;
  command.room = c.room.id;
  command.fresh = id(3);
  command.replaces = c.key(c.bob);
  c.decide(command);
  BOOST_TEST(c.why()
             == c.b
                  + " is not in the room: it was replaced by a new join of its client, "
                    "0 ms ago.");
}

BOOST_AUTO_TEST_CASE(suspended_target) {
  met c;
  c.decide(suspend_seat{c.key(c.bob), true});
  c.pass(9'000);
  BOOST_TEST(c.why()
             == c.b
                  + " lost its connection 9000 ms ago, and may resume for another 21 s.");
}

BOOST_AUTO_TEST_CASE(suspended_asker) {
  met c;
  c.decide(suspend_seat{c.key(c.ann), true});
  c.pass(25'000);
  BOOST_TEST(c.why()
             == c.a
                  + " lost its connection 25 s ago, and may resume for another 5000 ms.");
}

BOOST_AUTO_TEST_CASE(unanswered_offer) {
  met c;
  c.say(c.ann, c.bob, description::kind::offer);
  c.now += 900;
  BOOST_TEST(c.why().starts_with("Nothing that Greenroom knows of")); // Bob is thinking.
  c.say(c.ann, c.bob, description::kind::offer); // As impatient clients do.
  c.now += 14'100;
  BOOST_TEST(c.why()
             == c.b + " has not answered the offer that " + c.a + " sent it 15 s ago.");
}

BOOST_AUTO_TEST_CASE(answered_offer) {
  met c;
  c.say(c.ann, c.bob, description::kind::offer);
  c.say(c.bob, c.ann, description::kind::answer);
  c.now += 15'000;
  BOOST_TEST(c.why()
             == "Nothing that Greenroom knows of keeps " + c.a + " from reaching " + c.b
                  + ": the last signal was delivered 15 s ago.");
}

BOOST_AUTO_TEST_CASE(no_signal_yet) {
  const met c;
  BOOST_TEST(c.why()
             == "Nothing that Greenroom knows of keeps " + c.a + " from reaching " + c.b
                  + ": no signal was sent lately.");
}

BOOST_AUTO_TEST_CASE(push_that_was_refused) {
  met c;
  c.say(c.ann, id(9), description::kind::offer);
  c.now += 2'000;
  BOOST_TEST(c.why()
             == "The last push of " + c.a + ", 2000 ms ago, was refused: unknown_peer.");
  c.say(c.ann, c.bob, description::kind::answer);
  BOOST_TEST(c.why().starts_with("Nothing that Greenroom knows of"));
}

BOOST_AUTO_TEST_CASE(refused_before_it_reached_the_room) {
  met c;
  c.decide(apply_push{c.key(c.ann), {{"1"}, refused_push{invalid_payload{}}, 100}});
  BOOST_TEST(c.why()
             == "The last push of " + c.a + ", 0 ms ago, was refused: invalid_payload.");
}

BOOST_AUTO_TEST_CASE(recording_that_is_not_one) {
  const met c;
  auto told = c.testimony();
  told.recording = "garbled";
  BOOST_TEST(explain(c.question(), {told}).ends_with("no signal was sent lately."));
}

// -- between nodes ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(nobody_owns_the_room) {
  const met c;
  reach_testimony relay;
  relay.node = "b";
  relay.owner = "c";
  BOOST_TEST(
    explain(c.question(), {relay})
    == "No node owns the room right now: by the view of node b it is going to be "
       "node c.");
}

BOOST_AUTO_TEST_CASE(owner_that_cannot_be_asked) {
  BOOST_TEST(
    explain_silence("c", "node c is not linked with this one")
    == "Node c, which owns the room by this node's view, cannot be asked: node c "
       "is not linked with this one.");
}

BOOST_AUTO_TEST_CASE(node_without_a_link_to_the_owner) {
  const met c;
  reach_testimony relay;
  relay.node = "b";
  relay.owner = "a";
  relay.follows = false;
  relay.from.is_here = true;
  BOOST_TEST(explain(c.question(), {relay, of_owner(c)})
             == "Node b, where " + c.a
                  + " is, has no link to the owner of the room, node a.");
  relay.from.is_here = false; // What is down is not in their way.
  BOOST_TEST(explain(c.question(), {relay, of_owner(c)}).starts_with("Nothing that"));
}

BOOST_AUTO_TEST_CASE(node_that_has_not_called) {
  const met c;
  auto owner = of_owner(c);
  owner.from.node.clear();
  BOOST_TEST(explain(c.question(), {owner})
             == "The node where " + c.a
                  + " is has not called since node a came to own the room.");
}

BOOST_AUTO_TEST_CASE(silent_link) {
  const met c;
  auto owner = of_owner(c);
  owner.from.words = 2;
  owner.from.bytes = 400;
  owner.from.waiting_ms = 999;
  BOOST_TEST(explain(c.question(), {owner}).starts_with("Nothing that"));
  owner.from.waiting_ms = 1'500;
  BOOST_TEST(
    explain(c.question(), {owner})
    == "The link to node b, where " + c.a
         + " is, stands still: 2 words of 400 bytes not acknowledged for 1500 ms.");
}

BOOST_AUTO_TEST_CASE(owner_knows_how_long_a_link_waits) {
  auto shared = make_shared_room({"lobby"}, {"a"}, {}, {true, {"a"}, true, {}}, 1'000);
  const met c;
  shared.is = shared_room::role::owner;
  shared.room = c.room;
  shared.steady = 5'000;
  shared.sessions[c.ann] = 1;
  shared.homes[c.bob] = 7;
  note_word(shared.links[7], 1, 300, 3'000);
  note_word(shared.links[7], 2, 100, 4'000);
  const auto told = testify(shared, c.question(), {{7, "b"}}, {}, c.now);
  BOOST_TEST(told.owns);
  BOOST_TEST(told.from.is_here);
  BOOST_TEST(!told.to.is_here);
  BOOST_TEST(
    explain(c.question(), {told})
    == "The link to node b, where " + c.b
         + " is, stands still: 2 words of 400 bytes not acknowledged for 2000 ms.");
}

BOOST_AUTO_TEST_CASE(testimony_crosses_as_bytes) {
  met c;
  c.decide(suspend_seat{c.key(c.bob), true});
  const auto told = of_owner(c);
  const auto bytes = encode(told);
  const auto again = decode_testimony(bytes);
  BOOST_REQUIRE(again);
  BOOST_TEST(encode(*again) == bytes);
  BOOST_TEST(explain(c.question(), {*again}) == explain(c.question(), {told}));
  BOOST_TEST(!decode_testimony(bytes + '.'));
  BOOST_TEST(!decode_testimony(bytes.substr(1)));
}

// -- nodes -----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(nodes_stand_in_columns) {
  const cluster_view view{
    {{"alpha"}, "127.0.0.1:4100", 1, 0, node_status::up},
    {{"b"}, "127.0.0.1:4101", 1, 0, node_status::draining},
    {{"c"}, "127.0.0.1:4102", 1, 0, node_status::up},
    {{"d"}, "127.0.0.1:4103", 1, 0, node_status::gone},
  };
  BOOST_TEST(report(view, {"alpha"}, {{"b"}}, {{{"alpha"}, 1}, {{"b"}, 2}})
             == "alpha  up        127.0.0.1:4100  this node   1 room\n"
                "b      draining  127.0.0.1:4101  linked      2 rooms\n"
                "c      suspect   127.0.0.1:4102  not linked  0 rooms\n"
                "d      gone      127.0.0.1:4103  not linked  0 rooms\n");
}

BOOST_AUTO_TEST_CASE(columns_count_characters) {
  BOOST_TEST(in_columns({{"Füße", "a"}, {"lobby", "b"}}) == "Füße   a\nlobby  b\n");
  BOOST_TEST(in_columns({}).empty());
}
