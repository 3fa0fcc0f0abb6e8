// Goal: sessions, rooms and the directory keep the room's promises whatever
// order their messages are taken in.
#define BOOST_TEST_MODULE greenroom_actors_room
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>

#include <caf/typed_event_based_actor.hpp>

#include "tests/actors/world.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom;
using namespace greenroom::test;

static std::vector<std::string> signals_heard(const client& who) {
  std::vector<std::string> heard;
  for (const auto* event : who.outbox->all<shared_event>())
    if (const auto* signal = std::get_if<signal_delivered>(&(*event)->what))
      heard.emplace_back(std::get<session_description>(signal->what).sdp.escaped());
  return heard;
}

/// The roster as a client that folds all it heard would see it.
static std::vector<participant_id> view_of(const client& who) {
  std::vector<participant_id> view;
  for (const auto& entry : who.seat().roster)
    view.push_back(entry.who);
  for (const auto* event : who.outbox->all<shared_event>()) {
    const auto* news = std::get_if<presence_changed>(&(*event)->what);
    if (!news)
      continue;
    for (const auto& entry : news->leaves)
      std::erase(view, entry.who);
    for (const auto& entry : news->joins)
      view.push_back(entry.who);
  }
  std::ranges::sort(view);
  return view;
}

// The issue's own sentence: 20 joins at the same instant, exactly 6 get in.
BOOST_DATA_TEST_CASE(crowd_larger_than_the_room, data::xrange(1000), seed) {
  world w{static_cast<std::uint64_t>(seed)};
  std::vector<client> crowd;
  for (int number = 0; number < 20; ++number)
    crowd.push_back(w.join("lobby"));
  BOOST_TEST(w.settle() < world::step_count_max);
  std::vector<participant_id> admitted;
  std::size_t refused = 0;
  for (const auto& who : crowd) {
    if (who.is_in())
      admitted.push_back(who.self());
    if (const auto* answer = who.outbox->only<join_refused>()) {
      BOOST_TEST(std::get<capacity_reached>(answer->why).limit == 6u);
      ++refused;
    }
  }
  std::ranges::sort(admitted);
  BOOST_TEST(admitted.size() == 6u);
  BOOST_TEST(refused == 14u);
  for (const auto& who : crowd)
    if (who.is_in())
      BOOST_TEST((view_of(who) == admitted));
}

BOOST_DATA_TEST_CASE(signals_keep_their_order, data::xrange(50), seed) {
  world w{static_cast<std::uint64_t>(seed)};
  auto ann = w.join("lobby"), bob = w.join("lobby"), eve = w.join("lobby");
  w.settle();
  std::vector<std::string> said;
  for (int number = 0; number < 100; ++number) {
    said.push_back(std::to_string(number));
    w.offer(ann, bob.self(), said.back());
  }
  w.settle();
  BOOST_TEST(signals_heard(bob) == said, boost::test_tools::per_element());
  BOOST_TEST(signals_heard(eve).empty());
  std::uint32_t credit = 0;
  for (const auto* returned : ann.outbox->all<credit_returned>())
    credit += returned->count;
  BOOST_TEST(credit == 96u); // Whole batches of 16.
}

// They go past the session, which the leave goes through.
BOOST_DATA_TEST_CASE(what_was_said_before_a_leave_is_heard, data::xrange(50), seed) {
  world w{static_cast<std::uint64_t>(seed)};
  auto ann = w.join("lobby"), bob = w.join("lobby");
  w.settle();
  const std::vector<std::string> said{"1", "2", "3"};
  for (const auto& each : said)
    w.offer(ann, bob.self(), each);
  if (seed % 2 == 0)
    w.leave(ann);
  else
    w.lose(ann);
  w.settle();
  BOOST_TEST(signals_heard(bob) == said, boost::test_tools::per_element());
  BOOST_TEST((view_of(bob) == std::vector{bob.self()}));
}

BOOST_DATA_TEST_CASE(who_was_replaced_is_not_heard_any_more, data::xrange(50), seed) {
  world w{static_cast<std::uint64_t>(seed)};
  const auto actor_count = w.running();
  auto former = w.join("lobby", true), bob = w.join("lobby");
  w.settle();
  auto latest = w.join("lobby", true, former.token());
  w.run(static_cast<std::size_t>(seed) % 8);
  w.offer(former, bob.self(), "it may still be its seat");
  w.settle();
  const auto heard_count = signals_heard(bob).size();
  BOOST_TEST(heard_count <= 1u);
  w.offer(former, bob.self(), "its connection has not heard of its end");
  w.offer(latest, bob.self(), "welcome");
  w.settle();
  BOOST_TEST(signals_heard(bob).size() == heard_count + 1);
  BOOST_TEST(signals_heard(bob).back() == "welcome");
  BOOST_TEST(w.running() == actor_count + 3); // The room, and who is in it.
}

BOOST_AUTO_TEST_CASE(first_word_says_all_that_a_client_needs) {
  world w{1};
  auto ann = w.join("lobby", true);
  w.settle();
  const auto* opened = ann.outbox->only<session_opened>();
  BOOST_REQUIRE(opened);
  BOOST_TEST(opened->seat->room == "lobby");
  BOOST_TEST(opened->seat->capacity == 6u);
  BOOST_TEST(opened->ice_servers.size() == 1u);
  BOOST_TEST(!opened->resume_token.empty());
  auto bob = w.join("lobby");
  w.settle();
  BOOST_TEST(bob.token().empty());
}

BOOST_DATA_TEST_CASE(leave_right_after_the_join, data::xrange(100), seed) {
  world w{static_cast<std::uint64_t>(seed)};
  auto stays = w.join("lobby");
  w.settle();
  auto goes = w.join("lobby");
  w.run(static_cast<std::size_t>(seed) % 7);
  w.leave(goes);
  w.settle();
  BOOST_TEST(goes.is_in());
  BOOST_TEST(goes.outbox->only<room_left>() != nullptr);
  BOOST_TEST((view_of(stays) == std::vector{stays.self()}));
}

BOOST_DATA_TEST_CASE(connection_lost_at_any_moment_of_a_join, data::xrange(100), seed) {
  world w{static_cast<std::uint64_t>(seed)};
  auto stays = w.join("lobby");
  w.settle();
  auto goes = w.join("lobby", seed % 2 == 0);
  w.run(static_cast<std::size_t>(seed) % 9);
  w.lose(goes);
  w.pass(limits::resume_window_ms + 1000);
  BOOST_TEST((view_of(stays) == std::vector{stays.self()}));
}

BOOST_AUTO_TEST_CASE(session_that_dies_without_a_word_leaves_no_ghost) {
  world w{1};
  auto stays = w.join("lobby"), dies = w.join("lobby");
  w.settle();
  caf::anon_send_exit(dies.session->actor(), caf::exit_reason::kill);
  w.settle();
  BOOST_TEST((view_of(stays) == std::vector{stays.self()}));
}

BOOST_AUTO_TEST_CASE(empty_room_ends_and_the_next_join_starts_another) {
  world w{1};
  const auto before = w.running();
  auto ann = w.join("lobby", true);
  w.settle();
  w.leave(ann);
  w.settle();
  BOOST_TEST(w.running() == before + 1); // The room lingers, as Ann has a token.
  w.pass(limits::linger_ms + 1000);
  BOOST_TEST(w.running() == before);
  auto bob = w.join("lobby");
  w.settle();
  BOOST_TEST(bob.is_in());
  w.leave(bob);
  w.pass(500);
  BOOST_TEST(w.running() == before); // For nobody's sake.
}

// A join that meets a room just when it ends must find a room all the same.
BOOST_DATA_TEST_CASE(join_while_a_room_retires, data::xrange(400), seed) {
  world w{static_cast<std::uint64_t>(seed)};
  const bool lingers = seed % 2 == 0;
  auto ann = w.join("lobby", lingers);
  w.settle();
  w.leave(ann);
  if (lingers)
    w.pass(limits::linger_ms - 500);
  else
    w.settle();
  w.leap(501);
  w.run(static_cast<std::size_t>(seed) / 2 % 5);
  auto bob = w.join("lobby"), eve = w.join("lobby");
  w.settle();
  BOOST_TEST(bob.is_in());
  BOOST_TEST(eve.is_in());
  BOOST_TEST((view_of(bob) == view_of(eve)));
}

// -- rooms of a node ------------------------------------------------------------

static client enter_and_leave(world& w, const std::string& room) {
  auto who = w.join(room, true);
  w.settle();
  w.leave(who);
  w.settle();
  return who;
}

/// @returns Whether the token tells of a room that is no more.
static bool has_ended(world& w, const std::string& room, const client& former) {
  auto back = w.join(room, true, former.token());
  w.settle();
  return back.is_in() && back.seat().replay == replay_outcome::lost;
}

BOOST_AUTO_TEST_CASE(rooms_without_people_make_place_and_the_longest_empty_first) {
  world w{1, {}, 3};
  const auto before = w.running();
  const auto ann = enter_and_leave(w, "a"), bob = enter_and_leave(w, "b");
  enter_and_leave(w, "c");
  BOOST_TEST(w.running() == before + 3);
  w.pass(500); // The next rooms are younger than those tokens.
  const auto eve = w.join("d");
  w.settle();
  BOOST_TEST(eve.is_in());
  BOOST_TEST(!has_ended(w, "b", bob));
  BOOST_TEST(has_ended(w, "a", ann)); // And c had to go.
  BOOST_TEST(w.readiness.is_full);
  BOOST_TEST(std::ranges::count(w.journal.lines, "rooms_full:3 rooms with people in them")
             == 1);
}

BOOST_AUTO_TEST_CASE(people_in_all_rooms_of_a_node_keep_new_rooms_out) {
  world w{1, {}, 2};
  const auto ann = w.join("a");
  auto bob = w.join("b");
  w.settle();
  BOOST_TEST(w.readiness.is_full);
  const auto eve = w.join("c");
  w.settle();
  const auto* answer = eve.outbox->only<join_refused>();
  BOOST_TEST_REQUIRE(answer);
  BOOST_TEST(std::holds_alternative<unavailable>(answer->why));
  const auto guest = w.join("a"); // Rooms that are there admit.
  w.settle();
  BOOST_TEST(guest.is_in());
  w.leave(bob);
  w.settle();
  BOOST_TEST(!w.readiness.is_full);
  BOOST_TEST(std::ranges::count(w.journal.lines, "rooms_free:1 rooms with people in them")
             == 1);
  const auto late = w.join("c");
  w.settle();
  BOOST_TEST(late.is_in());
  BOOST_TEST(w.readiness.is_full);
}

BOOST_DATA_TEST_CASE(joins_meet_rooms_that_make_place, data::xrange(300), seed) {
  world w{static_cast<std::uint64_t>(seed), {}, 2};
  std::mt19937_64 random{static_cast<std::uint64_t>(seed)};
  for (int round = 0; round < 20; ++round) {
    std::vector<client> crowd;
    for (int number = 0; number < 4; ++number) {
      crowd.push_back(w.join(std::string(1, "abc"[random() % 3]), random() % 2 == 0));
      w.run(random() % 6);
      if (random() % 2 == 0)
        w.leave(crowd.back());
      if (random() % 4 == 0)
        w.leap(1);
    }
    w.settle();
    for (const auto& who : crowd) {
      BOOST_TEST(who.outbox->all<session_opened>().size()
                   + who.outbox->all<join_refused>().size()
                 == 1u);
      w.leave(who);
    }
    w.settle();
  }
  const auto ann = w.join("d"), bob = w.join("e");
  w.settle();
  BOOST_TEST(ann.is_in());
  BOOST_TEST(bob.is_in());
}

/// Joins by hand and notes who answers, as only a room's listeners know it.
class room_finder : public room_listener_actor::base {
public:
  room_finder(caf::actor_config& config, directory_actor directory, room_actor& found)
    : room_listener_actor::base(config),
      directory_(std::move(directory)),
      found_(found) {}

protected:
  room_listener_actor::behavior_type make_behavior() override {
    join_room command;
    command.room = {"lobby"};
    command.fresh = participant_id::from_random(7, 7);
    send(directory_, command, room_listener_actor{this});
    return {
      [](const join_routed&) {},
      [this](const shared_admission&) {
        found_ = caf::actor_cast<room_actor>(current_sender());
      },
      [](const join_refused&) {},
      [](const shared_event&) {},
      [](const push_answered&) {},
      [](const credit_returned&) {},
      [](const room_left&) {},
      [](const session_ended&) {},
    };
  }

private:
  directory_actor directory_;
  room_actor& found_;
};

BOOST_AUTO_TEST_CASE(room_that_dies_sends_its_sessions_back) {
  world w{1};
  auto ann = w.join("lobby"), bob = w.join("lobby");
  room_actor room;
  auto finder = w.system.spawn<room_finder>(w.directory, room);
  w.settle();
  BOOST_REQUIRE(room);
  caf::anon_send_exit(room, caf::exit_reason::unhandled_exception);
  caf::anon_send_exit(finder, caf::exit_reason::kill);
  room = nullptr;
  w.settle();
  for (const auto* who : {&ann, &bob}) {
    const auto* last_word = who->outbox->only<session_ended>();
    BOOST_REQUIRE(last_word);
    BOOST_TEST((last_word->why == end_reason::room_lost));
  }
  BOOST_TEST(std::ranges::count(w.journal.lines, "room_died") == 1);
  auto eve = w.join("lobby");
  w.settle();
  BOOST_TEST((view_of(eve) == std::vector{eve.self()}));
}

// The room dies with the join in its mailbox, at whatever moment.
BOOST_DATA_TEST_CASE(room_that_dies_before_it_answers_a_join, data::xrange(100), seed) {
  world w{static_cast<std::uint64_t>(seed)};
  room_actor room;
  auto finder = w.system.spawn<room_finder>(w.directory, room);
  w.settle();
  BOOST_REQUIRE(room);
  const auto before = w.running();
  auto ann = w.join("lobby"), bob = w.join("lobby");
  w.lose(bob);
  w.run(static_cast<std::size_t>(seed) % 8);
  caf::anon_send_exit(room, caf::exit_reason::unhandled_exception);
  room = nullptr;
  w.settle();
  // It may have been let in just before, or into the next room.
  const auto* last_word = ann.outbox->only<session_ended>();
  BOOST_TEST((ann.is_in() || last_word));
  if (last_word)
    BOOST_TEST((last_word->why == end_reason::room_lost));
  w.leave(ann);
  ann.session = nullptr;
  caf::anon_send_exit(finder, caf::exit_reason::kill);
  finder = nullptr;
  w.pass(limits::linger_ms + 1000);
  BOOST_TEST(w.running() == before - 2); // The first room and the finder; none waits.
}

/// A stale look at the clock plans no other one, or they would multiply for as long
/// as the room lives.
BOOST_AUTO_TEST_CASE(looks_at_the_clock_do_not_pile_up) {
  world w{1};
  const auto bob = w.join("lobby", true);
  auto ann = w.join("lobby", true);
  w.settle();
  for (int round = 0; round < 20; ++round) {
    for (int turn = 0; turn < 4; ++turn) {
      const auto token = ann.token();
      w.lose(ann);
      w.pass(1'000);
      ann = w.join("lobby", true, token, 0);
      w.settle();
      BOOST_TEST_REQUIRE(ann.is_in());
      w.pass(33'000);
    }
    w.push(bob, say_chat{"x"}); // Just before the one before is forgotten.
    w.pass(4'000);
  }
  auto& coordinator = dynamic_cast<caf::scheduler::test_coordinator&>(
    w.system.scheduler());
  BOOST_TEST(coordinator.clock().schedule().size() <= 4u);
}
