#define BOOST_TEST_MODULE link_codec
#include <boost/test/unit_test.hpp>

#include <random>

#include "protocol/cluster/link.hpp"
#include "protocol/cluster/transfer.hpp"
#include "tests/protocol/room_fixture.hpp"

using namespace greenroom;
using test::id;
using test::room_fixture;

namespace {

/// A room with something in every field.
room_state lively_room() {
  room_fixture fixture;
  const auto ann = fixture.join(1, true);
  const auto bob = fixture.join(2, true);
  const auto cat = fixture.join(3);
  fixture.push(ann, say_chat{"hello \xF0\x9F\x98\x80"});
  fixture.push(bob,
               send_signal{id(1), session_description{session_description::kind::answer,
                                                      json_string{"v=0\\r\\n"}}});
  fixture.push(cat, send_signal{id(2), ice_candidate{json_string{"candidate"},
                                                     json_string{"0"}, 1, false}});
  fixture.room.seats[1].suspended_until = fixture.now + 5;
  fixture.room.suspended_count = 1;
  fixture.room.log.front().heard_by = {id(2)};
  return fixture.room;
}

std::vector<link_message> samples() {
  room_fixture fixture;
  fixture.join(1, true);
  std::vector<link_message> result{
    take_over{lively_room(), {"a"}, 7},
    room_taken{7},
    room_declined{8},
    room_moved{},
    relay_noted{{"a"}, 3},
    relay_refused{{"a"}, 4},
    relay_attached{{"a"}, 5, 7, 2, 9, {}, {{id(1), 12}}},
    attach_relay{{"b"}, 6, 4, 2, 9, lively_room().seats, {{id(1), {2, 3}}}},
    commands_stable{1, 2},
    link_acknowledged{1, 2}};
  join_room join;
  join.room = {"lobby"};
  join.fresh = id(4);
  join.claim = resume_claim{{"lobby"}, id(5), 1, 2, 3};
  result.push_back(link_command{1, 2, join});
  apply_push push;
  push.from = {id(1), 3};
  push.push = {
    {"\"7\""}, update_media{{true, false, true, {"mic", std::nullopt}}, true}, 99};
  result.push_back(link_command{1, 3, push});
  push.push.what = refused_push{invalid_payload{"chat:msg", {"text is missing"}}};
  result.push_back(link_command{1, 4, push});
  result.push_back(link_command{1, 5, leave_room{{id(1), 3}}});
  result.push_back(link_command{1, 6, suspend_seat{{id(1), 3}, false}});
  for (const auto& effect : fixture.last)
    result.push_back(link_word{1, 2, 3, effect});
  return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(whatever_is_encoded_is_decoded) {
  for (const auto& message : samples()) {
    const auto bytes = encode(message);
    const auto again = decode_link_message(bytes);
    BOOST_TEST_REQUIRE(again.has_value());
    BOOST_TEST(again->index() == message.index());
    BOOST_TEST((encode(*again) == bytes));
  }
}

BOOST_AUTO_TEST_CASE(room_arrives_as_it_was_sent) {
  const auto room = lively_room();
  auto sent = decode_link_message(encode(pack(room, room.now)));
  BOOST_TEST_REQUIRE(sent.has_value());
  auto target = make_room({"lobby"}, room.limits, 77);
  absorb(target, std::get<take_over>(std::move(*sent)), room.now + 1000);
  BOOST_TEST(target.seats.size() == room.seats.size());
  BOOST_TEST(target.log.size() == room.log.size());
  BOOST_TEST(*target.seats[1].suspended_until == *room.seats[1].suspended_until + 1000);
  BOOST_TEST(std::get<chat_said>(target.log[0].event->what).text
             == "hello \xF0\x9F\x98\x80");
}

BOOST_AUTO_TEST_CASE(cut_and_longer_messages_are_none) {
  for (const auto& message : samples()) {
    const auto bytes = encode(message);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      BOOST_TEST(!decode_link_message(std::string_view{bytes}.substr(0, size)));
    BOOST_TEST(!decode_link_message(bytes + '\0'));
  }
}

/// Noise is refused or read, and never costs more memory than it has bytes.
BOOST_AUTO_TEST_CASE(noise_does_no_harm) {
  std::mt19937_64 random{1};
  const auto all = samples();
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = encode(all[random() % all.size()]);
    for (auto left = 1 + random() % 4; left > 0; --left)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (const auto message = decode_link_message(bytes))
      static_cast<void>(encode(*message));
  }
}

BOOST_AUTO_TEST_CASE(view_says_first_which_protocol_it_speaks) {
  const member other{{"b"}, "b:1", 5, 6, node_status::gone};
  const view_told told{1,       2,      {{"a"}, "a:1", 3, 4, node_status::draining}, 2, 7,
                       {other}, {{"b"}}};
  const auto again = decode_view(encode(told));
  BOOST_TEST_REQUIRE(again.has_value());
  BOOST_TEST((again->from == told.from));
  BOOST_TEST((again->view == told.view));
  BOOST_TEST((again->proposal == told.proposal));
  BOOST_TEST(again->protocol_max == 2u);
  BOOST_TEST(again->company == 2u);
  BOOST_TEST(again->secret == 7u);
  BOOST_TEST(!decode_view(encode(told) + "more"));
}

BOOST_AUTO_TEST_CASE(of_a_view_in_another_protocol_the_teller_is_read) {
  const view_told told{98, 99, {{"a"}, "a:1", 3, 4, node_status::up}, 5, 7, {}, {}};
  const auto bytes = encode(told) + "in other words";
  const auto again = decode_view(bytes);
  BOOST_TEST_REQUIRE(again.has_value());
  BOOST_TEST(!speaks_our_protocol(*again));
  BOOST_TEST((again->from == told.from));
  BOOST_TEST(again->company == 5u);
  BOOST_TEST(!decode_view(std::string_view{bytes}.substr(0, 20)));
}
