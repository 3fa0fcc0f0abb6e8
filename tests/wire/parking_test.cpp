// Goal: a connection never hands a room more than its credit, holds no more than its
// bounds, and lets nobody wait for ever.
#define BOOST_TEST_MODULE greenroom_wire_parking
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

#include "protocol/vocabulary/limits.hpp"
#include "protocol/wire/phoenix.hpp"
#include "tests/wire/recording_host.hpp"

using namespace greenroom;
using std::string_literals::operator""s;

/// A client of one connection, and the sessions behind it.
struct connection {
  std::unique_ptr<wire::dialect> dialect = wire::make_phoenix(wire::phoenix_version::v2);
  test::recording_host host{*dialect};
  instant now = 1'000'000;

  void say(std::string text) { dialect->receive(text, now, host); }

  /// Joins "room:<name>"; its refs are the name's.
  void join(const std::string& name) {
    say("[\"" + name + "\",\"" + name + "\",\"room:" + name
        + "\",\"phx_join\",{\"display_name\":\"x\"}]");
  }
  void leave(const std::string& name) {
    say("[\"" + name + "\",\"l\",\"room:" + name + "\",\"phx_leave\",{}]");
  }
  void let_in(wire::slot_id slot) {
    dialect->hear(slot, session_opened{std::make_shared<admission>(), {}, {}}, host);
  }
  void enter(const std::string& name, wire::slot_id slot) {
    join(name);
    let_in(slot);
    read();
  }
  void chat(const std::string& name, const std::string& ref, std::size_t padding = 0) {
    say("[\"" + name + "\"," + ref + ",\"room:" + name
        + "\",\"chat:msg\",{\"text\":\"x\",\"p\":\"" + std::string(padding, 'p')
        + "\"}]");
  }
  void credit(wire::slot_id slot, std::uint32_t count, std::size_t bytes) {
    dialect->hear(slot, credit_returned{count, bytes}, host);
  }
  void tick(std::int64_t ms) {
    now += ms;
    if (dialect->has_deadlines())
      dialect->tick(now, host);
  }

  /// @returns What was done and read since the last call.
  std::vector<std::string> read() {
    host.flush();
    return host.take();
  }
  std::size_t count(const std::string& what) {
    const auto lines = read();
    return static_cast<std::size_t>(std::ranges::count_if(
      lines, [&](const std::string& line) { return line.find(what) != line.npos; }));
  }
};

BOOST_AUTO_TEST_CASE(pushes_beyond_the_credit_wait_in_order) {
  connection client;
  client.enter("a", 1);
  const auto in_flight = limits::commands_in_flight_max;
  for (std::uint32_t number = 0; number < in_flight + 3; ++number)
    client.chat("a", std::to_string(number));
  BOOST_TEST(client.count("! push") == in_flight);

  client.credit(1, 2, 0);
  BOOST_TEST((client.read()
              == std::vector<std::string>{"! push 1 64 chat x", "! push 1 65 chat x"}));
  client.chat("a", "99");
  BOOST_TEST(client.read().empty(), "it does not overtake what waits");
  client.credit(1, 2, 0);
  BOOST_TEST((client.read()
              == std::vector<std::string>{"! push 1 66 chat x", "! push 1 99 chat x"}));
}

BOOST_AUTO_TEST_CASE(bytes_in_flight_are_bounded_but_for_the_last_push) {
  connection client;
  client.enter("a", 1);
  const auto half = limits::command_bytes_in_flight_max / 2;
  for (int number = 0; number < 4; ++number)
    client.chat("a", std::to_string(number), half - 1000);
  BOOST_TEST(client.count("! push") == 3u, "the third overshoots");
  client.credit(1, 1, client.host.pushes[0].bytes);
  client.credit(1, 1, client.host.pushes[1].bytes);
  BOOST_TEST(client.count("! push") == 1u);
}

BOOST_AUTO_TEST_CASE(one_topic_without_credit_does_not_hold_up_another) {
  connection client;
  client.enter("a", 1);
  client.enter("b", 2);
  for (std::uint32_t number = 0; number < limits::commands_in_flight_max + 1; ++number)
    client.chat("a", "1");
  client.read();
  client.chat("b", "2");
  client.say(R"([null,"3","phoenix","heartbeat",{}])");
  BOOST_TEST((client.read()
              == std::vector<std::string>{
                "! push 2 2 chat x",
                R"(< [null,"3","phoenix","phx_reply",{"status":"ok","response":{}}])"}));
}

BOOST_AUTO_TEST_CASE(reading_stops_while_too_much_waits) {
  connection client;
  client.join("a");
  client.chat("a", "1", limits::parked_bytes_max / 2);
  BOOST_TEST(client.dialect->wants_input());
  client.chat("a", "2", limits::parked_bytes_max / 2);
  BOOST_TEST(!client.dialect->wants_input());
  client.let_in(1);
  BOOST_TEST(client.dialect->wants_input());
  BOOST_TEST(client.count("! push") == 2u);
}

BOOST_AUTO_TEST_CASE(tiny_pushes_count_for_what_they_cost) {
  connection client;
  client.join("a");
  std::size_t count = 0;
  for (; client.dialect->wants_input() && count < 1'000'000; ++count)
    client.chat("a", "null");
  BOOST_TEST(count < 5'000u);
}

BOOST_AUTO_TEST_CASE(nothing_stays_parked_of_a_channel_that_is_gone) {
  for (const auto* how :
       {"refused", "replaced", "lost", "given up", "left", "left late"}) {
    connection client;
    client.join("a");
    client.chat("a", "1", 2 * limits::parked_bytes_max);
    BOOST_TEST_REQUIRE(!client.dialect->wants_input());
    const std::string_view way{how};
    if (way == "refused")
      client.dialect->hear(1, join_refused{capacity_reached{6}}, client.host);
    else if (way == "replaced")
      client.join("a");
    else if (way == "lost")
      client.dialect->hear(1, session_ended{end_reason::room_lost}, client.host);
    else if (way == "given up")
      client.tick(limits::join_timeout_ms);
    else
      client.leave("a");
    if (way == "left")
      client.let_in(1);
    if (way == "left late")
      client.tick(limits::parked_ms_max);
    BOOST_TEST(client.dialect->wants_input(), how);
  }
}

BOOST_AUTO_TEST_CASE(what_waited_too_long_is_answered_once_and_still_counted) {
  connection client;
  client.enter("a", 1);
  for (std::uint32_t number = 0; number < limits::commands_in_flight_max; ++number)
    client.chat("a", "1");
  client.chat("a", "70", limits::parked_bytes_max);
  client.chat("a", "null");
  client.now += 5'000;
  client.chat("a", "72");
  client.read();
  client.tick(4'999);
  BOOST_TEST(client.read().empty());
  BOOST_TEST(!client.dialect->wants_input());

  client.tick(1);
  const std::string fields
    = R"({"error":"unavailable","reason":"error:unavailable","retry_after_ms":2000})";
  BOOST_TEST(
    (client.read()
     == std::vector<std::string>{
       R"(< ["a",70,"room:a","phx_reply",{"status":"error","response":)" + fields + "}]",
       R"(< ["a",null,"room:a","error:unavailable",)" + fields + "]"}));
  BOOST_TEST(client.dialect->wants_input(), "its content is not kept");
  client.tick(1);
  BOOST_TEST(client.read().empty());

  client.credit(1, 3, 0);
  BOOST_TEST((client.read()
              == std::vector<std::string>{"! push 1 - answered", "! push 1 - answered",
                                          "! push 1 72 chat x"}));
}

BOOST_AUTO_TEST_CASE(a_leave_waits_for_pushes_before_it_but_not_for_ever) {
  connection client;
  client.enter("a", 1);
  for (std::uint32_t number = 0; number < limits::commands_in_flight_max + 2; ++number)
    client.chat("a", "1");
  client.leave("a");
  BOOST_TEST(client.count("! leave") == 0u);
  client.credit(1, 1, 0);
  BOOST_TEST(client.count("! leave") == 0u);
  client.tick(limits::parked_ms_max);
  BOOST_TEST(client.count("! leave 1") == 1u);
  client.tick(limits::parked_ms_max);
  client.credit(1, 1, 0);
  BOOST_TEST(client.count("! ") == 0u);
  client.dialect->hear(1, room_left{}, client.host);
  BOOST_TEST(client.count("phx_close") == 1u);
}

BOOST_AUTO_TEST_CASE(a_socket_carries_a_hundred_channels) {
  connection client;
  const auto many = limits::channel_count_max;
  for (wire::slot_id slot = 1; slot <= many; ++slot)
    client.enter("r" + std::to_string(slot), slot);
  client.join("surplus");
  BOOST_TEST(
    (client.read()
     == std::vector<std::string>{
       R"(< ["surplus","surplus","room:surplus","phx_reply",)"
       R"({"status":"error","response":{"reason":"too many channels joined"}}])"}));
  client.join("r1");
  BOOST_TEST(client.count("! leave 1") == 1u, "a second join of a topic takes no place");

  // Who leaves makes room at once, though its session takes its time.
  client.leave("r2");
  client.join("next");
  BOOST_TEST(client.count("! open") == 1u);
  // But sessions on their way out are bounded, too.
  std::size_t count = 0;
  for (auto last = "next"s; client.count("too many") == 0 && count < 1000; ++count) {
    client.leave(last);
    client.join(last = "n" + std::to_string(count));
  }
  BOOST_TEST(count == many - 1, "twice as many as may be joined");
}

BOOST_AUTO_TEST_CASE(late_words_of_a_released_session_are_ignored) {
  connection client;
  client.enter("a", 1);
  client.dialect->hear(1, session_ended{end_reason::superseded}, client.host);
  client.read();
  client.dialect->hear(1, room_left{}, client.host);
  client.dialect->hear(1, credit_returned{5, 5}, client.host);
  client.dialect->hear(1, push_answered{{"\"1\""}, {}}, client.host);
  client.dialect->hear(77, join_refused{not_in_room{}}, client.host);
  BOOST_TEST(client.read().empty());
}

BOOST_AUTO_TEST_CASE(what_is_parked_is_known_until_it_is_handed_on) {
  connection client;
  client.enter("a", 1);
  for (std::uint32_t count = 0; count < limits::commands_in_flight_max; ++count)
    client.chat("a", "null");
  BOOST_TEST(!client.dialect->has_parked());
  client.chat("a", "null");
  BOOST_TEST(client.dialect->has_parked());
  client.credit(1, 1, 0);
  BOOST_TEST(!client.dialect->has_parked());
}

BOOST_AUTO_TEST_CASE(only_who_waits_has_deadlines) {
  connection client;
  const auto has_deadlines = [&] { return client.dialect->has_deadlines(); };
  BOOST_TEST(!has_deadlines());
  client.join("a");
  BOOST_TEST(has_deadlines(), "for a room");
  client.let_in(1);
  BOOST_TEST(!has_deadlines());
  client.leave("a");
  BOOST_TEST(has_deadlines(), "to be let go");
  client.dialect->hear(1, room_left{}, client.host);
  BOOST_TEST(!has_deadlines());

  client.enter("b", 2);
  client.dialect->hear(2, session_ended{end_reason::room_lost}, client.host);
  BOOST_TEST(!has_deadlines());
  client.join("c");
  BOOST_TEST(has_deadlines(), "for a room, after one was lost");
  client.let_in(3);
  for (std::uint32_t number = 0; number <= limits::commands_in_flight_max; ++number)
    client.chat("c", "1");
  BOOST_TEST(has_deadlines(), "for credit");
  client.credit(3, 1, 0);
  BOOST_TEST(!has_deadlines());
}
