// Goal: whatever is refused stands in the log, with what an operator asks first:
// who, where, what and why.
#define BOOST_TEST_MODULE greenroom_net_journal_socket
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

#include "protocol/vocabulary/limits.hpp"
#include "tests/support/phoenix_client.hpp"
#include "tests/support/stopping_server.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom;
using namespace greenroom::test;

/// A server that logs all it has to say.
class talkative_server : public stopping_server {
public:
  talkative_server() : stopping_server({"--log.level=debug"}) {}

  /// Lines are written by a thread of their own.
  void expect_line(const std::string& line) const {
    for (const auto until = soon(); log().find(line) == std::string::npos;)
      BOOST_REQUIRE_MESSAGE(steady::now() < until, line << "\nis not in\n" << log());
  }
};

// -- refused upgrades -------------------------------------------------------------

struct bad_upgrade {
  std::string request;
  int status;
  std::string text;
};

static std::ostream& operator<<(std::ostream& out, const bad_upgrade& each) {
  return out << each.text;
}

static const std::vector<bad_upgrade> bad_upgrades{
  {upgrade_request("/socket/websocket?vsn=3.0.0"), 403, "vsn must be 1.0.x or 2.0.x"},
  {upgrade_request(phoenix_v2_path, "Sec-WebSocket-Protocol: graphql-ws\r\n"), 403,
   "no subprotocol but phoenix"},
  {upgrade_request() + encode_frame(opcode::text, "[]"), 400,
   "frames before the answer to the upgrade"},
  {"GET /socket/websocket HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400,
   "only WebSocket upgrades, without a body"},
};

BOOST_DATA_TEST_CASE(a_refused_upgrade_says_why, data::make(bad_upgrades), each) {
  talkative_server server;
  const auto answer = ask_http(server.port(), each.request);
  BOOST_TEST(status_of(answer) == each.status);
  BOOST_TEST(body_of(answer) == each.text + "\n");
  server.expect_line(" debug upgrade_refused detail=\"" + each.text
                     + "\" address=127.0.0.1 ts=");
}

BOOST_AUTO_TEST_CASE(a_foreign_origin_is_worth_a_warning) {
  talkative_server server;
  const auto answer = ask_http(
    server.port(), upgrade_request(phoenix_v2_path, "Origin: https://evil.example\r\n"));
  BOOST_TEST(body_of(answer) == "origin not allowed\n");
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
