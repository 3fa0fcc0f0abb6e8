// Goal: whatever is refused stands in the log, with what an operator asks first:
// who, where, what and why.
#define BOOST_TEST_MODULE greenroom_net_journal_socket
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <sstream>
#include <string>

#include "protocol/vocabulary/limits.hpp"
#include "tests/support/phoenix_client.hpp"
#include "tests/support/stopping_server.hpp"

using namespace greenroom;
using namespace greenroom::test;

/// @returns How many lines of `log` hold `words`.
static std::ptrdiff_t line_count(const std::string& log, const std::string& words) {
  std::istringstream lines{log};
  std::ptrdiff_t count = 0;
  for (std::string line; std::getline(lines, line);)
    count += line.find(words) != line.npos;
  return count;
}

/// A server with rooms for two, that logs all it has to say.
class talkative_server : public stopping_server {
public:
  explicit talkative_server(const std::string& level = "debug")
    : stopping_server({"--log.level=" + level, "--capacity=2"}) {}

  /// Lines are written by a thread of their own.
  void expect_line(const std::string& line) const {
    for (const auto until = soon(); log().find(line) == std::string::npos;)
      BOOST_REQUIRE_MESSAGE(steady::now() < until, line << "\nis not in\n" << log());
  }
};

// -- refused upgrades -------------------------------------------------------------

BOOST_AUTO_TEST_CASE(refused_upgrades_are_logged) {
  talkative_server server;
  ask_http(server.port(), upgrade_request("/socket/websocket?vsn=3.0.0"));
  server.expect_line(" debug upgrade_refused detail=\"vsn must be 1.0.x or 2.0.x\" "
                     "address=127.0.0.1 ts=");
  ask_http(server.port(),
           upgrade_request(phoenix_v2_path, "Origin: https://evil.example\r\n"));
  server.expect_line(" warning origin_refused detail=https://evil.example "
                     "address=127.0.0.1 ts=");
}

// -- refused joins and pushes -------------------------------------------------------

BOOST_AUTO_TEST_CASE(refused_joins_are_logged) {
  talkative_server server;
  phoenix_client client{server.port()};
  client.expect_reply(client.ask_to_join("lobby", R"({"display_name":""})"));
  server.expect_line(" info join_refused room_id=lobby detail=\"invalid_payload: "
                     "display_name must be ");
  client.socket.send_text(R"(["1","1","lobby","phx_join",{"display_name":"x"}])");
  server.expect_line(" info join_refused room_id=lobby detail=\"unmatched topic\" "
                     "address=127.0.0.1 ts=");
  for (std::size_t count = 0; count < limits::channel_count_max; ++count)
    client.join("room" + std::to_string(count));
  client.expect_reply(client.ask_to_join("one more", R"({"display_name":"x"})"));
  server.expect_line(" info join_refused room_id=\"one more\" detail=\"too many channels "
                     "joined\" address=127.0.0.1 ts=");
  phoenix_client second{server.port()}, late{server.port()};
  second.join("room0");
  late.expect_reply(late.ask_to_join("room0", R"({"display_name":"x"})"));
  server.expect_line(" info join_refused room_id=room0 detail=capacity address=127.0.0.1 "
                     "presences_count=2 ts=");
}

BOOST_AUTO_TEST_CASE(refused_pushes_keep_their_names) {
  talkative_server server;
  phoenix_client client{server.port()};
  client.socket.send_text(R"(["1","2","room:lobby","chat:msg",{"text":"x"}])");
  server.expect_line(" debug chat:msg room_id=lobby detail=not_in_room "
                     "address=127.0.0.1 bytes=");
  client.join("lobby");
  const auto who = " room_id=lobby from_id=" + client.self_id;
  client.ask("chat:msg", R"({"text":""})");
  server.expect_line(" debug chat:msg" + who + " detail=invalid_payload ");
  client.ask("signal:offer", R"({"to_id":"nobody","sdp":"v=0"})");
  server.expect_line(" debug signal:offer" + who + " detail=unknown_peer ");
  client.ask("a dance", "{}");
  server.expect_line(" debug \"a dance\"" + who + " detail=invalid_payload ");
}

BOOST_AUTO_TEST_CASE(what_people_say_is_not_logged) {
  talkative_server server;
  phoenix_client client{server.port()};
  client.join("lobby");
  const auto text = object({{"text", quoted("a secret" + std::string(500, '!'))}});
  client.ask("chat:msg", text);
  client.socket.send_text(R"(["1","2","room:attic","chat:msg",)" + text + "]");
  server.expect_line(" room_id=attic detail=not_in_room ");
  client.socket.send_text(R"({"sdp":"a secret")");
  BOOST_TEST(client.socket.await_end() == 1007);
  server.expect_line(" info closing ");
  BOOST_TEST(server.log().find("a secret") == std::string::npos);
}

// -- floods ----------------------------------------------------------------------------

/// @returns How many lines the server says that it left out.
static std::ptrdiff_t left_out_of(const std::string& log) {
  const std::string words = " info refusals_left_out detail=\"";
  std::ptrdiff_t count = 0;
  for (auto at = log.find(words); at != log.npos; at = log.find(words, at + 1))
    count += std::stol(log.substr(at + words.size()));
  return count;
}

BOOST_AUTO_TEST_CASE(a_flood_of_refusals_is_cut_short_and_counted) {
  constexpr std::ptrdiff_t join_count = 2'000;
  talkative_server server{"info"};
  const auto written = [&] { return line_count(server.log(), " info join_refused "); };
  std::chrono::seconds took{};
  {
    phoenix_client flooder{server.port()}, other{server.port()};
    const auto begun = steady::now();
    for (std::ptrdiff_t count = 0; count < join_count; ++count)
      flooder.ask_to_join("bad/name", R"({"display_name":"x"})");
    BOOST_TEST(flooder.beats());
    took = std::chrono::ceil<std::chrono::seconds>(steady::now() - begun);
    other.expect_reply(other.ask_to_join("worse/name", R"({"display_name":"x"})"));
    server.expect_line(" info join_refused room_id=worse/name ");
  }
  for (const auto until = soon(); written() + left_out_of(server.log()) <= join_count;)
    BOOST_REQUIRE_MESSAGE(steady::now() < until, server.log());
  BOOST_TEST(written() + left_out_of(server.log()) == join_count + 1);
  BOOST_TEST(written() <= 1 + (took.count() + 1) * limits::refusal_lines_per_second_max);
}

// -- broken connections ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_end_of_a_connection_names_its_client) {
  talkative_server server;
  phoenix_client stranger{server.port()}, offender{server.port()}, rude{server.port()};
  stranger.socket.send_text("hello");
  BOOST_TEST(stranger.socket.await_end() == 1007);
  server.expect_line(" info closing detail=\"malformed message\" address=127.0.0.1 ts=");
  offender.join("lobby");
  offender.socket.send_text("hello");
  BOOST_TEST(offender.socket.await_end() == 1007);
  server.expect_line(" info closing room_id=lobby from_id=" + offender.self_id
                     + " detail=\"malformed message\" address=127.0.0.1 ts=");
  rude.join("lobby");
  rude.socket.send_bytes(std::string{"\x81\x02[]"});
  BOOST_TEST(rude.socket.await_end() == 1002);
  server.expect_line(" info protocol_error room_id=lobby from_id=" + rude.self_id);
}
