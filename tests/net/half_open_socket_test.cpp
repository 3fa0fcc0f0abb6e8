// Goal: a client that is merely quiet is kept, and one that has vanished is
// missed no longer than its seat is worth keeping.
#define BOOST_TEST_MODULE greenroom_net_half_open_socket
#include <boost/test/unit_test.hpp>

#include "protocol/vocabulary/limits.hpp"
#include "tests/support/phoenix_client.hpp"
#include "tests/support/stopping_server.hpp"

using namespace greenroom;
using namespace greenroom::test;

static std::string resumable(const std::string& name) {
  return object({{"display_name", quoted(name)}, {"resume", quoted("")}});
}

/// Takes as long as a ping takes to be due.
BOOST_AUTO_TEST_CASE(quiet_connections_are_pinged_and_kept) {
  stopping_server server;
  phoenix_client answers{server.port()}, ignores{server.port()};
  ignores.socket.answers_pings = false;
  answers.join("lobby", "quiet");
  ignores.join("lobby", "silent");
  const auto until = steady::now() + std::chrono::milliseconds{limits::ping_interval_ms}
                     + patience;
  while (answers.socket.ping_count() == 0 || ignores.socket.ping_count() == 0) {
    BOOST_REQUIRE(steady::now() < until);
    for (auto* client : {&answers, &ignores}) {
      client->socket.socket().wait(true, false, steady::now() + 100ms);
      client->catch_up();
    }
  }
  BOOST_TEST(answers.beats());
  BOOST_TEST(ignores.beats());
}

BOOST_AUTO_TEST_CASE(a_lost_participant_that_may_resume_keeps_its_seat_for_the_window) {
  stopping_server server{{"--resume.window=2s"}};
  phoenix_client ann{server.port()}, lost{server.port()}, gone{server.port()};
  ann.join("lobby", "Ann");
  lost.join_with("lobby", resumable("lost"));
  gone.join("lobby", "gone");
  lost.socket.socket().abort();
  gone.socket.socket().abort();
  ann.expect_leave_of(gone.self_id);
  phoenix_client late{server.port()};
  BOOST_TEST(late.join("lobby", "late").has(("/presence/" + lost.self_id).c_str()));
  ann.expect_leave_of(lost.self_id);
}

BOOST_AUTO_TEST_CASE(a_seat_kept_counts_as_taken) {
  stopping_server server{{"--resume.window=2s", "--capacity=1"}};
  phoenix_client lost{server.port()}, next{server.port()};
  lost.join_with("lobby", resumable("lost"));
  lost.socket.socket().abort();
  const auto params = object({{"display_name", quoted("next")}});
  const auto refused = next.expect_reply(next.ask_to_join("lobby", params));
  BOOST_TEST(refused.text("/response/error") == "capacity");
  BOOST_TEST(refused.number("/response/limit") == 1);
  const auto until = soon();
  while (next.expect_reply(next.ask_to_join("lobby", params)).text("/status") != "ok")
    BOOST_REQUIRE(steady::now() < until);
}
