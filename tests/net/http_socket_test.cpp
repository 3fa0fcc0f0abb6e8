// Goal: what is not a WebSocket is answered as HTTP answers it, cheaply, and
// who never finishes asking does not stay.
#define BOOST_TEST_MODULE greenroom_net_http_socket
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

BOOST_AUTO_TEST_CASE(health_and_readiness_are_told) {
  stopping_server server;
  const auto health = get_http(server.port(), "/healthz");
  BOOST_TEST(status_of(health) == 200);
  BOOST_TEST(body_of(health) == "ok\n");
  const auto ready = get_http(server.port(), "/readyz");
  BOOST_TEST(status_of(ready) == 200);
  BOOST_TEST(body_of(ready) == "ready\n");
}

BOOST_AUTO_TEST_CASE(the_page_is_served) {
  stopping_server server;
  const auto page = get_http(server.port(), "/");
  BOOST_TEST(status_of(page) == 200);
  BOOST_TEST(page.find("text/html") != page.npos);
  BOOST_TEST(body_of(page).find("<html") != page.npos);
}

BOOST_AUTO_TEST_CASE(one_connection_serves_many_requests) {
  stopping_server server;
  tcp_client socket{server.port()};
  const std::string ask = "GET /healthz HTTP/1.1\r\nHost: x\r\n";
  socket.send(ask + "\r\n" + ask + "\r\n" + ask + "Connection: close\r\n\r\n");
  const auto answers = socket.read_to_end();
  std::size_t count = 0;
  for (auto at = answers.find("\r\n\r\nok\n"); at != answers.npos;
       at = answers.find("\r\n\r\nok\n", at + 1))
    ++count;
  BOOST_TEST(count == 3u);
}

struct question {
  std::string name;
  std::string request;
  int status;
  std::string text = {}; ///< Not empty: the whole body, but for its line end.
};

static std::ostream& operator<<(std::ostream& out, const question& q) {
  return out << q.name;
}

static std::string plain(const std::string& method, const std::string& path,
                         const std::string& headers = {}) {
  return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
         + headers + "\r\n";
}

/// An upgrade with what else it needs in `headers`.
static std::string upgrade_with(const std::string& headers) {
  return std::string{"GET "} + phoenix_v2_path
         + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
           "Connection: Upgrade\r\n"
         + headers + "\r\n";
}

static const std::vector<question> questions{
  {"an unknown path", plain("GET", "/nothing"), 404},
  {"a path out of the tree", plain("GET", "/../../etc/passwd"), 404},
  {"an encoded path out of the tree", plain("GET", "/%2e%2e/%2e%2e/etc/passwd"), 404},
  {"a POST", plain("POST", "/healthz", "Content-Length: 2\r\n") + "{}", 405},
  {"a DELETE", plain("DELETE", "/"), 405},
  {"no upgrade", plain("GET", phoenix_v2_path), 426, "only WebSocket upgrades here"},
  {"a POST to the WebSocket", plain("POST", phoenix_v2_path, "Content-Length: 0\r\n"),
   426, "only WebSocket upgrades here"},
  {"an upgrade elsewhere", upgrade_request("/websocket?vsn=2.0.0"), 404,
   "the WebSocket is at /socket/websocket"},
  {"an upgrade of the page", upgrade_request("/"), 404,
   "the WebSocket is at /socket/websocket"},
  {"an upgrade with a body",
   upgrade_request(phoenix_v2_path, "Content-Length: 2\r\n") + "{}", 400,
   "an upgrade has no body"},
  {"an upgrade that does not wait", upgrade_request() + encode_frame(opcode::text, "[]"),
   400, "frames before the upgrade's answer"},
  {"no HTTP", "hello\r\n\r\n", 400},
  {"a header without end", plain("GET", "/", "X: " + std::string(20'000, 'x') + "\r\n"),
   431},
  {"an upgrade with a version nobody speaks",
   upgrade_request("/socket/websocket?vsn=3.0.0"), 403, "vsn must be 1.0.x or 2.0.x"},
  {"an upgrade of an older kind",
   upgrade_with("Sec-WebSocket-Version: 8\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
   426},
  {"an upgrade without a key", upgrade_with("Sec-WebSocket-Version: 13\r\n"), 400},
  {"an upgrade from another origin",
   upgrade_request(phoenix_v2_path, "Origin: https://evil.example\r\n"), 403,
   "this origin is not allowed"},
  {"an upgrade with a subprotocol nobody speaks",
   upgrade_request(phoenix_v2_path, "Sec-WebSocket-Protocol: graphql-ws\r\n"), 403,
   "the only subprotocol is phoenix"},
};

BOOST_DATA_TEST_CASE(a_question_gets_its_status, data::make(questions), each) {
  stopping_server server;
  const auto answer = ask_http(server.port(), each.request);
  BOOST_TEST(status_of(answer) == each.status);
  BOOST_TEST(!body_of(answer).empty());
  if (!each.text.empty())
    BOOST_TEST(body_of(answer) == each.text + "\n");
  BOOST_TEST(status_of(get_http(server.port(), "/healthz")) == 200);
}

/// RFC 9110, section 15.5.22, has a client told to what it should upgrade.
BOOST_AUTO_TEST_CASE(who_should_upgrade_is_told_to_what) {
  stopping_server server;
  const auto answer = get_http(server.port(), phoenix_v2_path);
  BOOST_TEST(answer.find("\r\nUpgrade: websocket\r\n") != answer.npos);
  BOOST_TEST(answer.find("\r\nConnection: upgrade, close\r\n") != answer.npos, answer);
}

BOOST_AUTO_TEST_CASE(the_subprotocol_of_an_auth_token_is_answered) {
  stopping_server server;
  const std::string offer
    = "Sec-WebSocket-Protocol: phoenix, base64url.bearer.phx.dG9rZW4\r\n";
  phoenix_client client{
    server.port(),
    {.path = phoenix_v2_path, .headers = offer, .receive_buffer_bytes = 0}};
  BOOST_TEST(client.socket.response_head().find("Sec-WebSocket-Protocol: phoenix\r\n")
             != std::string::npos);
  BOOST_TEST(client.beats());
}

BOOST_AUTO_TEST_CASE(an_allowed_origin_may_connect) {
  stopping_server server{{"--allowed-origins=https://friend.example"}};
  phoenix_client client{server.port(),
                        {.path = phoenix_v2_path,
                         .headers = "Origin: https://friend.example\r\n",
                         .receive_buffer_bytes = 0}};
  BOOST_TEST(client.beats());
}

/// Takes as long as a request may take.
BOOST_AUTO_TEST_CASE(who_never_finishes_asking_is_dropped) {
  stopping_server server;
  tcp_client silent{server.port()}, halfway{server.port()}, dribbling{server.port()};
  halfway.send("GET /healthz HTTP/1.1\r\nHost: ");
  dribbling.send("GET /healthz HTTP/1.1\r\nX: ");
  const auto until = steady::now()
                     + std::chrono::milliseconds{limits::http_request_ms_max} + patience;
  // A byte now and then must not buy more time.
  for (bool dribbles = true; dribbles && steady::now() < until;) {
    char byte = 0;
    std::size_t received = 0;
    try {
      dribbling.send("x");
      dribbling.wait(true, false, steady::now() + 200ms);
      dribbles = dribbling.try_receive(&byte, 1, received)
                 == tcp_client::arrival::nothing;
    } catch (const connection_lost&) {
      dribbles = false;
    }
  }
  BOOST_TEST((steady::now() < until));
  BOOST_TEST(silent.read_to_end(until) == "");
  BOOST_TEST(halfway.read_to_end(until) == "");
}
