// Goal: what a dialect refuses without asking a room is told to the log, once each, with
// names and codes, and never with what a payload holds.
#define BOOST_TEST_MODULE greenroom_wire_refusal_notes
#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

#include "protocol/vocabulary/limits.hpp"
#include "protocol/wire/phoenix.hpp"
#include "tests/wire/recording_host.hpp"

using namespace greenroom;
using lines = std::vector<std::string>;

/// A client of one connection, and what the log hears of it.
struct connection {
  std::unique_ptr<wire::dialect> dialect = wire::make_phoenix(wire::phoenix_version::v2);
  test::recording_host host{*dialect};
  instant now = 1'000'000;

  void say(std::string text) { dialect->receive(text, now, host); }

  /// Joins `topic`; its refs are the topic's.
  void join(const std::string& topic, const std::string& params) {
    const auto name = '"' + topic + '"';
    say('[' + name + ',' + name + ',' + name + ",\"phx_join\"," + params + ']');
  }
  void push(const std::string& topic, const std::string& event) {
    say("[null,\"1\",\"" + topic + "\",\"" + event + R"(",{"text":"secret"}])");
  }
  void let_in(wire::slot_id slot) {
    const auto seat = std::make_shared<admission>();
    seat->self = test::person('A');
    dialect->hear(slot, session_opened{seat, {}, {}}, host);
  }
  void pass(std::int64_t ms) {
    now += ms;
    if (dialect->has_deadlines())
      dialect->tick(now, host);
  }

  lines refusals() { return std::exchange(host.refusals, {}); }
};

constexpr auto somebody = R"({"display_name":"secret"})";

BOOST_AUTO_TEST_CASE(joins_that_reach_no_room) {
  connection client;
  client.join("lobby", somebody);
  BOOST_TEST(client.refusals() == lines{"join_refused lobby: unmatched topic"},
             boost::test_tools::per_element());
  client.join("room:lobby", R"({"display_name":["secret"]})");
  BOOST_TEST(client.refusals()
               == lines{"join_refused lobby: invalid_payload: display_name must be a "
                        "string of 1 to 64 characters"},
             boost::test_tools::per_element());
  for (std::size_t count = 0; count < limits::channel_count_max; ++count)
    client.join("room:" + std::to_string(count), somebody);
  BOOST_TEST(client.refusals().empty());
  client.join("room:more", somebody);
  BOOST_TEST(client.refusals() == lines{"join_refused more: too many channels joined"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(joins_that_are_refused_further_on) {
  connection client;
  client.join("room:full", somebody);
  client.dialect->hear(1, join_refused{capacity_reached{6}}, client.host);
  client.join("room:lost", somebody);
  client.dialect->hear(2, session_ended{end_reason::room_lost}, client.host);
  client.join("room:silent", somebody);
  client.pass(limits::join_timeout_ms);
  const lines expected{"join_refused full: capacity", "join_refused lost: unavailable",
                       "join_refused silent: unavailable"};
  BOOST_TEST(client.refusals() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(pushes_that_reach_no_room) {
  connection client;
  client.push("room:lobby", "chat:msg");
  client.push("elsewhere", "a dance");
  const lines expected{"chat:msg lobby: not_in_room", "a dance elsewhere: not_in_room"};
  BOOST_TEST(client.refusals() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(pushes_that_waited_too_long) {
  connection client;
  client.join("room:lobby", somebody);
  client.let_in(1);
  for (std::uint32_t count = 0; count < limits::commands_in_flight_max + 2; ++count)
    client.push("room:lobby", "chat:msg");
  client.pass(limits::parked_ms_max);
  client.pass(limits::parked_ms_max);
  BOOST_TEST(client.refusals() == lines(2, "chat:msg lobby: unavailable"),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_refused_push_keeps_its_name) {
  connection client;
  client.join("room:lobby", somebody);
  client.let_in(1);
  client.push("room:lobby", "a dance");
  client.say(R"([null,"1","room:lobby","signal:offer",{"to_id":"nobody","sdp":"v=0"}])");
  BOOST_TEST_REQUIRE(client.host.pushes.size() == 2u);
  BOOST_TEST(event_name_of(client.host.pushes[0].what) == "a dance");
  BOOST_TEST(event_name_of(client.host.pushes[1].what) == "signal:offer");
  BOOST_TEST(client.refusals().empty(), "the room will tell");
}

BOOST_AUTO_TEST_CASE(a_connection_is_known_by_its_only_topic) {
  connection client;
  const auto identify = [&] {
    journal_entry line;
    client.dialect->identify(line);
    return std::string{line.room_id} + '/' + test::abbreviate(line.from_id.to_string());
  };
  const auto nobody = '/' + participant_id{}.to_string();
  BOOST_TEST(identify() == nobody);
  client.join("room:lobby", somebody);
  client.let_in(1);
  BOOST_TEST(identify() == "lobby/$A");
  client.join("room:attic", somebody);
  BOOST_TEST(identify() == nobody);
}
