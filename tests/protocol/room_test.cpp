// Goal: the room's rules, one sentence each, without a thread or a socket.
#define BOOST_TEST_MODULE greenroom_protocol_room
#include <boost/test/unit_test.hpp>

#include "tests/protocol/room_fixture.hpp"

using namespace greenroom;
using namespace greenroom::test;

// -- joining ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(newcomer_is_in_its_own_roster_and_not_in_its_own_diff) {
  room_fixture f;
  f.join(1);
  BOOST_TEST(text_of(f.last) == "sender:admitted(1) others:diff(+1)");
  f.join(2);
  BOOST_TEST(text_of(f.last) == "sender:admitted(12) others:diff(+2)");
  BOOST_TEST((f.last.at(1).who == id(2)));
}

BOOST_AUTO_TEST_CASE(capacity_admits_exactly_so_many) {
  room_fixture f{6};
  for (std::uint64_t number = 1; number <= 6; ++number)
    BOOST_TEST(f.join(number).key.attachment != 0u);
  f.join(7);
  BOOST_TEST(text_of(f.last) == "sender:capacity");
  BOOST_TEST(
    std::get<capacity_reached>(std::get<join_refused>(f.last.at(0).what).why).limit
    == 6u);
  BOOST_TEST(f.room.seats.size() == 6u);
}

BOOST_AUTO_TEST_CASE(seat_that_became_free_is_given_again) {
  room_fixture f{2};
  const auto first = f.join(1);
  f.join(2);
  f.leave(first);
  f.join(3);
  BOOST_TEST(text_of(f.last) == "sender:admitted(23) others:diff(+3)");
}

BOOST_AUTO_TEST_CASE(suspended_seat_counts_until_its_window_ends) {
  room_fixture f{1};
  f.suspend(f.join(1, true));
  f.join(2);
  BOOST_TEST(text_of(f.last) == "sender:capacity");
  f.now += f.limits.resume_window_ms;
  f.join(3); // No tick has run in between: the join itself must look at the clock.
  BOOST_TEST(text_of(f.last) == "all:diff(-1) sender:admitted(3) others:diff(+3)");
}

// -- leaving ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(leave_is_confirmed_and_told) {
  room_fixture f;
  const auto one = f.join(1);
  f.join(2);
  f.leave(one);
  BOOST_TEST(text_of(f.last) == "sender:left others:diff(-1)");
  f.leave(one);
  BOOST_TEST(text_of(f.last) == "sender:left");
}

BOOST_AUTO_TEST_CASE(lost_connection_without_opt_in_is_a_leave) {
  room_fixture f;
  const auto one = f.join(1);
  f.suspend(one);
  BOOST_TEST(text_of(f.last) == "others:diff(-1)");
  f.suspend(one);
  BOOST_TEST(text_of(f.last) == "");
}

BOOST_AUTO_TEST_CASE(node_that_cannot_keep_a_seat_gives_it_up) {
  room_fixture f;
  f.suspend(f.join(1, true), false);
  BOOST_TEST(text_of(f.last) == "others:diff(-1)");
}

// -- signals ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(signal_reaches_its_target_alone_and_is_not_answered) {
  room_fixture f;
  const auto one = f.join(1), two = f.join(2);
  f.join(3);
  f.offer(one, two, "sdp");
  BOOST_TEST(text_of(f.last) == "2:signal(1>2 sdp)");
}

BOOST_AUTO_TEST_CASE(signal_to_nobody_is_refused_with_or_without_a_ref) {
  room_fixture f;
  const auto one = f.join(1);
  f.push(one, send_signal{id(9), ice_candidate{}});
  BOOST_TEST(text_of(f.last) == "sender:unknown_peer");
  f.push(one, send_signal{id(9), ice_candidate{}}, "");
  BOOST_TEST(text_of(f.last) == "sender:unknown_peer");
}

BOOST_AUTO_TEST_CASE(push_without_a_seat_is_refused) {
  room_fixture f;
  const auto one = f.join(1);
  f.leave(one);
  f.chat(one, "hello?");
  BOOST_TEST(text_of(f.last) == "sender:not_in_room");
}

// -- chat and media -----------------------------------------------------------

BOOST_AUTO_TEST_CASE(chat_goes_to_all_and_is_then_confirmed) {
  room_fixture f;
  const auto one = f.join(1);
  f.chat(one, "hi");
  BOOST_TEST(text_of(f.last) == "all:chat(1 hi) sender:ok");
  const auto& said = std::get<chat_said>(std::get<shared_event>(f.last[0].what)->what);
  BOOST_TEST(said.display_name == "p1");
  f.push(one, say_chat{"no ref"}, "");
  BOOST_TEST(text_of(f.last) == "all:chat(1 no ref)");
}

BOOST_AUTO_TEST_CASE(media_update_changes_the_roster_and_keeps_both_halves_together) {
  room_fixture f;
  const auto one = f.join(1);
  const auto before = f.room.seats.at(0).shown;
  f.push(one, update_media{{true, false, false, {}}});
  BOOST_TEST(text_of(f.last) == "all:diff(+1-1) all:media(1 muted) sender:ok");
  const auto& news = std::get<presence_changed>(
    std::get<shared_event>(f.last[0].what)->what);
  BOOST_TEST(news.leaves[0].version == before.version);
  BOOST_TEST(news.joins[0].previous == before.version);
  BOOST_TEST(news.joins[0].version != before.version);
  BOOST_TEST(news.joins[0].media.audio_muted);
  BOOST_TEST(!news.leaves[0].media.audio_muted);
}

BOOST_AUTO_TEST_CASE(media_update_that_changes_nothing_is_broadcast_all_the_same) {
  room_fixture f;
  const auto one = f.join(1);
  f.push(one, update_media{});
  BOOST_TEST(text_of(f.last) == "all:media(1) sender:ok");
}

BOOST_AUTO_TEST_CASE(device_ids_stay_unless_they_are_given) {
  room_fixture f;
  const auto one = f.join(1);
  media_state media;
  media.devices.audio_device_id = "mic";
  f.push(one, update_media{media, true});
  f.push(one, update_media{{true, true, false, {}}, false});
  BOOST_TEST(f.room.seats[0].shown.media.devices.audio_device_id.value() == "mic");
  f.push(one, update_media{{}, true});
  BOOST_TEST(!f.room.seats[0].shown.media.devices.audio_device_id.has_value());
}

// -- counting, credit, time ---------------------------------------------------

BOOST_AUTO_TEST_CASE(refused_pushes_are_answered_in_turn_and_counted) {
  room_fixture f;
  const auto one = f.join(1);
  f.push(one, refused_push{invalid_payload{"chat:msg", {"text: missing"}}});
  BOOST_TEST(text_of(f.last) == "sender:invalid_payload");
  f.push(one, answered_push{});
  BOOST_TEST(text_of(f.last) == "");
  f.push(one, send_signal{id(9), ice_candidate{}});
  BOOST_TEST(f.room.seats[0].received == 3u);
}

BOOST_AUTO_TEST_CASE(credit_comes_back_in_batches_of_pushes) {
  room_fixture f;
  const auto one = f.join(1);
  for (std::uint32_t count = 1; count < limits::credit_batch_count; ++count) {
    f.push(one, answered_push{});
    BOOST_TEST(text_of(f.last) == "");
  }
  f.push(one, answered_push{});
  BOOST_TEST(text_of(f.last) == "sender:credit(16)");
  BOOST_TEST(std::get<credit_returned>(f.last[0].what).bytes == 1600u);
}

BOOST_AUTO_TEST_CASE(credit_comes_back_at_once_after_a_large_push) {
  room_fixture f;
  f.push(f.join(1), answered_push{}, "", limits::credit_batch_bytes);
  BOOST_TEST(text_of(f.last) == "sender:credit(1)");
}

BOOST_AUTO_TEST_CASE(time_never_goes_back) {
  room_fixture f;
  const auto one = f.join(1);
  const auto at = [&] {
    return std::get<chat_said>(std::get<shared_event>(f.last[0].what)->what).at;
  };
  f.now += 50;
  f.chat(one, "a");
  const auto first = at();
  f.now -= 40;
  f.chat(one, "b");
  BOOST_TEST(at() >= first);
}

BOOST_AUTO_TEST_CASE(room_is_abandoned_after_the_linger_time) {
  room_fixture f;
  const auto one = f.join(1, true);
  BOOST_TEST(!next_deadline(f.room).has_value());
  f.leave(one);
  BOOST_TEST(next_deadline(f.room).value() == f.now + f.limits.linger_ms);
  BOOST_TEST(!is_abandoned(f.room, f.now + f.limits.linger_ms - 1));
  BOOST_TEST(is_abandoned(f.room, f.now + f.limits.linger_ms));
  f.join(2);
  BOOST_TEST(!is_abandoned(f.room, f.now + f.limits.linger_ms));
}

BOOST_AUTO_TEST_CASE(room_in_which_nobody_had_a_token_waits_for_nobody) {
  room_fixture f;
  f.leave(f.join(1));
  BOOST_TEST(next_deadline(f.room).value() == f.now);
  BOOST_TEST(is_abandoned(f.room, f.now));
}

BOOST_AUTO_TEST_CASE(next_room_of_a_name_never_repeats_a_presence_version) {
  room_fixture f;
  const auto one = f.join(1);
  for (int round = 0; round < 100; ++round)
    f.push(one, update_media{{round % 2 == 0, true, false, {}}});
  const auto reborn = make_room({"lobby"}, f.limits, f.now + 1);
  BOOST_TEST(reborn.next_version > f.room.next_version);
}
