// Goal: a participant that comes back finds its seat, and exactly what it missed.
#define BOOST_TEST_MODULE greenroom_protocol_resume
#include <boost/test/unit_test.hpp>

#include "tests/protocol/room_fixture.hpp"

using namespace greenroom;
using namespace greenroom::test;

BOOST_AUTO_TEST_CASE(resumed_seat_gets_what_it_missed_in_order_and_peers_hear_nothing) {
  room_fixture f;
  const auto one = f.join(1, true), two = f.join(2, true), three = f.join(3);
  const auto seen = f.room.seq;
  f.suspend(one);
  BOOST_TEST(text_of(f.last) == "");
  f.chat(two, "a");
  f.offer(three, one, "b");
  f.offer(three, two, "not for one");
  f.push(two, update_media{{true, true, false, {}}});
  f.resume(one, seen);
  BOOST_TEST(text_of(f.last)
             == "sender:resumed(123 chat(2 a) signal(3>1 b) media(2 muted))");
  BOOST_TEST((f.admitted()->self == one.key.who));
  BOOST_TEST((f.admitted()->replay == replay_outcome::complete));
}

BOOST_AUTO_TEST_CASE(what_was_seen_is_not_repeated) {
  room_fixture f;
  const auto one = f.join(1, true), two = f.join(2);
  f.chat(two, "a");
  f.chat(two, "b");
  const auto seen = f.room.seq - 1;
  f.suspend(one);
  f.resume(one, seen);
  BOOST_TEST(text_of(f.last) == "sender:resumed(12 chat(2 b))");
}

BOOST_AUTO_TEST_CASE(what_a_dead_owner_had_said_is_not_repeated) {
  room_fixture f;
  const auto one = f.join(1, true), two = f.join(2);
  f.suspend(one);
  f.chat(two, "heard under another number");
  f.room.log.back().heard_by = {one.key.who};
  f.chat(two, "b");
  f.resume(one, 0);
  BOOST_TEST(text_of(f.last) == "sender:resumed(12 chat(2 b))");
}

BOOST_AUTO_TEST_CASE(push_of_a_session_that_is_taken_for_lost_yields_nothing) {
  room_fixture f;
  const auto one = f.join(1, true);
  f.join(2);
  f.suspend(one);
  f.chat(one, "a");
  BOOST_TEST(text_of(f.last) == "");
  f.resume(one, 0);
  BOOST_TEST(f.admitted()->received == 0u, "its client sends it again");
}

BOOST_AUTO_TEST_CASE(nobody_is_told_what_was_said_before_it_joined) {
  room_fixture f;
  const auto one = f.join(1, true);
  f.chat(one, "secret");
  const auto two = f.join(2, true);
  f.resume(two, 0);
  BOOST_TEST(text_of(f.last) == "former:ended sender:resumed(12)");
}

BOOST_AUTO_TEST_CASE(last_seq_from_the_future_is_harmless) {
  room_fixture f;
  const auto one = f.join(1, true);
  f.suspend(one);
  f.chat(f.join(2), "a");
  f.resume(one, ~std::uint64_t{0});
  BOOST_TEST(text_of(f.last) == "sender:resumed(12)");
}

BOOST_AUTO_TEST_CASE(reply_says_how_many_pushes_arrived) {
  room_fixture f;
  const auto one = f.join(1, true);
  f.chat(one, "a");
  f.push(one, refused_push{not_in_room{}});
  f.suspend(one);
  f.resume(one, 0);
  BOOST_TEST(f.admitted()->received == 2u);
}

BOOST_AUTO_TEST_CASE(latest_socket_wins_and_the_older_one_is_fenced_out) {
  room_fixture f;
  const auto old = f.join(1, true);
  const auto now = f.resume(old, 0);
  BOOST_TEST(text_of(f.last) == "former:ended sender:resumed(1)");
  f.chat(old, "from the old socket's buffer");
  BOOST_TEST(text_of(f.last) == "");
  BOOST_TEST(f.room.seats[0].received == 0u);
  f.suspend(old);
  f.leave(old);
  BOOST_TEST(f.room.seats.size() == 1u);
  f.chat(now, "hi");
  BOOST_TEST(text_of(f.last) == "all:chat(1 hi) sender:ok");
}

BOOST_AUTO_TEST_CASE(previous_token_works_until_the_new_one_is_used) {
  room_fixture f;
  const auto first = f.join(1, true);
  BOOST_TEST(first.generation == 1u);
  auto again = f.resume(first, 0);
  BOOST_TEST(again.generation == 2u);
  again = f.resume(first, 0); // The reply was lost; the client tries again.
  BOOST_TEST((again.key.who == first.key.who));
  BOOST_TEST(again.generation == 2u);
  const auto third = f.resume(again, 0);
  BOOST_TEST(third.generation == 3u);
  const auto stranger = f.resume(first, 0, 50); // Its successor was used by now.
  BOOST_TEST((stranger.key.who == id(50)));
  BOOST_TEST(!f.admitted()->resumed);
}

BOOST_AUTO_TEST_CASE(leave_voids_the_token) {
  room_fixture f;
  const auto one = f.join(1, true);
  f.join(2);
  f.leave(one);
  const auto back = f.resume(one, 0, 50);
  BOOST_TEST((back.key.who == id(50)));
  BOOST_TEST(!f.admitted()->resumed);
}

BOOST_AUTO_TEST_CASE(seat_that_expired_is_not_resumed) {
  room_fixture f;
  const auto one = f.join(1, true);
  f.join(2);
  f.suspend(one);
  f.pass(f.limits.resume_window_ms);
  BOOST_TEST(text_of(f.last) == "all:diff(-1)");
  f.resume(one, 0, 50);
  BOOST_TEST(!f.admitted()->resumed);
}

BOOST_AUTO_TEST_CASE(restarted_server_gives_the_id_back_but_not_the_past) {
  room_fixture before;
  const auto one = before.join(1, true);
  room_fixture after{1};
  after.room = make_room({"lobby"}, after.limits, before.now + 10);
  after.now = before.now + 20;
  const auto back = after.resume(one, 40);
  BOOST_TEST(text_of(after.last) == "sender:resumed(1) others:diff(+1)");
  BOOST_TEST((after.admitted()->replay == replay_outcome::lost));
  BOOST_TEST(after.admitted()->received == 0u);
  BOOST_TEST(back.generation == 2u);
}

// The answer to its first join after the restart was lost with the connection, so
// the number that it counts by is still the former room's.
BOOST_AUTO_TEST_CASE(restarted_server_twice_asked_starts_where_it_seated) {
  room_fixture before;
  const auto one = before.join(1, true);
  room_fixture after;
  after.room = make_room({"lobby"}, after.limits, before.now + 10);
  after.now = before.now + 20;
  const auto two = after.join(2);
  after.chat(two, "not for one");
  after.resume(one, 40);
  const auto seated_at = after.room.seq;
  after.offer(two, one, "a");
  after.resume(one, 40);
  BOOST_TEST(text_of(after.last) == "former:ended sender:resumed(12 signal(2>1 a))");
  BOOST_TEST((after.admitted()->replay == replay_outcome::lost));
  BOOST_TEST(after.admitted()->seq == seated_at);
}

BOOST_AUTO_TEST_CASE(restarted_server_keeps_to_its_capacity) {
  room_fixture before;
  const auto one = before.join(1, true);
  room_fixture after{1};
  after.room = make_room({"lobby"}, after.limits, before.now + 10);
  after.now = before.now + 20;
  after.join(5);
  after.resume(one, 0);
  BOOST_TEST(text_of(after.last) == "sender:capacity");
}

BOOST_AUTO_TEST_CASE(log_is_bounded_in_bytes_and_says_so) {
  room_fixture f{6, 64 * 1024};
  const auto one = f.join(1, true), two = f.join(2);
  f.suspend(one);
  for (int number = 0; number < 100; ++number)
    f.offer(two, one, std::string(2000, 'x'));
  BOOST_TEST(f.room.log_bytes <= f.limits.log_bytes_max);
  f.resume(one, 0);
  BOOST_TEST((f.admitted()->replay == replay_outcome::truncated));
  BOOST_TEST(f.admitted()->missed.size() < 100u);
  BOOST_TEST(f.admitted()->missed.size() > 5u);
}

BOOST_AUTO_TEST_CASE(signals_to_others_do_not_truncate_a_replay) {
  room_fixture f{6, 64 * 1024};
  const auto one = f.join(1, true), two = f.join(2), three = f.join(3, true);
  f.suspend(one);
  for (int number = 0; number < 100; ++number)
    f.offer(two, three, std::string(2000, 'x'));
  f.resume(one, 0);
  BOOST_TEST((f.admitted()->replay == replay_outcome::complete));
}

BOOST_AUTO_TEST_CASE(log_is_bounded_in_age) {
  room_fixture f;
  const auto one = f.join(1, true);
  f.chat(one, "a");
  BOOST_TEST(next_deadline(f.room).value() == f.now + f.limits.log_age_ms_max);
  f.pass(f.limits.log_age_ms_max);
  BOOST_TEST(f.room.log.empty());
  BOOST_TEST(f.room.log_bytes == 0u);
}

BOOST_AUTO_TEST_CASE(nothing_is_kept_where_nobody_may_resume) {
  room_fixture f;
  const auto one = f.join(1), two = f.join(2);
  f.chat(one, "a");
  f.offer(one, two, "b");
  BOOST_TEST(f.room.log.empty());
}

BOOST_AUTO_TEST_CASE(empty_room_keeps_no_log) {
  room_fixture room;
  const auto ann = room.join(1, true);
  room.push(ann, say_chat{"hello"});
  BOOST_TEST(room.room.log_bytes > 0u);
  room.leave(ann);
  BOOST_TEST(room.room.log.empty());
  BOOST_TEST(room.room.log_bytes == 0u);
}

BOOST_AUTO_TEST_CASE(replaced_seat_leaves_first_when_the_token_is_worthless) {
  room_fixture f{2};
  const auto one = f.join(1, true), two = f.join(2, true);
  f.leave(two);
  f.join(3);
  const auto back = f.resume(two, 0, 50, one.key);
  BOOST_TEST(text_of(f.last) == "others:diff(-1) sender:admitted(350) others:diff(+50)");
  BOOST_TEST((back.key.who == id(50)));
  f.resume(one, 0, 51); // Its token is void, and the room is full.
  BOOST_TEST(text_of(f.last) == "sender:capacity");
}

BOOST_AUTO_TEST_CASE(replaced_seat_leaves_when_another_one_is_resumed) {
  room_fixture f;
  const auto one = f.join(1, true), two = f.join(2, true);
  f.suspend(one);
  f.resume(two, 0, 50, one.key);
  BOOST_TEST(text_of(f.last) == "others:diff(-1) former:ended sender:resumed(2)");
}

BOOST_AUTO_TEST_CASE(replaced_seat_stays_when_it_is_the_resumed_one) {
  room_fixture f;
  const auto one = f.join(1, true);
  f.resume(one, 0, 50, one.key);
  BOOST_TEST(text_of(f.last) == "former:ended sender:resumed(1)");
}

BOOST_AUTO_TEST_CASE(replaced_seat_stays_with_who_has_taken_it_over) {
  room_fixture f;
  const auto one = f.join(1, true), two = f.join(2, true);
  f.leave(two);
  f.resume(one, 0); // On another connection.
  f.resume(two, 0, 50, one.key);
  BOOST_TEST(text_of(f.last) == "sender:admitted(150) others:diff(+50)");
}

BOOST_AUTO_TEST_CASE(last_seat_of_a_room_may_be_replaced) {
  room_fixture f{1};
  const auto one = f.join(1, true);
  f.chat(one, "a");
  auto void_claim = one;
  void_claim.generation = 7;
  const auto back = f.resume(void_claim, 0, 50, one.key);
  BOOST_TEST(text_of(f.last) == "others:diff(-1) sender:admitted(50) others:diff(+50)");
  BOOST_TEST(!f.room.empty_since.has_value());
  BOOST_TEST(f.room.log.empty());
  f.resume(back, 0);
  BOOST_TEST(f.admitted()->resumed);
}
