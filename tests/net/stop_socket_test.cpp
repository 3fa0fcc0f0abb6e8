// Goal: a server that is asked to stop hears its clients out, tells them to come
// back, and is gone soon, whatever they do.
#define BOOST_TEST_MODULE greenroom_net_stop_socket
#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <unistd.h>

#include "protocol/vocabulary/limits.hpp"
#include "tests/support/phoenix_client.hpp"
#include "tests/support/server_process.hpp"

using namespace greenroom;
using namespace greenroom::test;

struct scene {
  server_process server{{.arguments = {"--log.level=debug"}, .secret_file = {}}};
  phoenix_client ann{server.port()};
  phoenix_client bob{server.port()};

  scene() {
    ann.join("lobby", "Ann");
    bob.join("lobby", "Bob");
  }

  /// Offers from Ann to Bob, in one go.
  void offer(int count) {
    std::string burst;
    const auto payload = object({{"to_id", quoted(bob.self_id)}, {"sdp", quoted("v=0")}});
    for (int number = 0; number < count; ++number)
      append_frame(burst, opcode::text,
                   "[" + quoted(ann.join_ref) + ",null," + quoted(ann.topic)
                     + R"(,"signal:offer",)" + payload + "]");
    ann.socket.send_bytes(burst);
  }

  /// How many the room has passed on.
  int routed_count() const {
    const auto log = server.log();
    int count = 0;
    for (auto at = log.find("signal:offer"); at != log.npos;
         at = log.find("signal:offer", at + 1))
      ++count;
    return count;
  }
};

BOOST_FIXTURE_TEST_CASE(clients_are_told_to_come_back, scene) {
  server.signal(SIGTERM);
  BOOST_TEST(ann.socket.await_end() == 1012);
  BOOST_TEST(bob.socket.await_end() == 1012);
  BOOST_TEST(server.wait_for_exit() == 0);
}

BOOST_FIXTURE_TEST_CASE(an_interrupt_does_the_same, scene) {
  server.signal(SIGINT);
  BOOST_TEST(ann.socket.await_end() == 1012);
  BOOST_TEST(bob.socket.await_end() == 1012);
  BOOST_TEST(server.wait_for_exit() == 0);
}

BOOST_FIXTURE_TEST_CASE(what_was_sent_before_is_still_heard, scene) {
  constexpr int count = 500;
  offer(count);
  server.signal(SIGTERM);
  BOOST_TEST(ann.socket.await_end() == 1012);
  BOOST_TEST(bob.socket.await_end() == 1012);
  BOOST_TEST(server.wait_for_exit() == 0);
  BOOST_TEST(routed_count() == count);
}

BOOST_FIXTURE_TEST_CASE(so_is_what_crosses_the_close, scene) {
  constexpr int count = 500;
  ann.socket.answers_close = false;
  server.signal(SIGTERM);
  const auto until = soon();
  while (!ann.socket.close_code()) {
    BOOST_REQUIRE(ann.socket.socket().wait(true, false, until));
    ann.catch_up();
  }
  offer(count);
  ann.socket.send(opcode::close, close_payload(1012));
  BOOST_TEST(ann.socket.await_end() == 1012);
  BOOST_TEST(bob.socket.await_end() == 1012);
  BOOST_TEST(server.wait_for_exit() == 0);
  BOOST_TEST(routed_count() == count);
}

BOOST_FIXTURE_TEST_CASE(who_does_not_answer_is_not_waited_for_long, scene) {
  ann.socket.answers_close = false;
  bob.socket.reads = false;
  tcp_client silent{server.port()};
  server.signal(SIGTERM);
  BOOST_TEST(server.wait_for_exit() == 0);
  BOOST_TEST(ann.socket.await_end() == 1012);
}

BOOST_FIXTURE_TEST_CASE(newcomers_are_turned_away_meanwhile, scene) {
  ann.socket.answers_close = false;
  server.signal(SIGTERM);
  BOOST_TEST(bob.socket.await_end() == 1012); // From here on, it is stopping.
  try {
    BOOST_TEST(status_of(get_http(server.port(), "/readyz")) != 200);
  } catch (const connection_lost&) {
    // It does not listen any more, which says the same.
  }
  ann.socket.socket().abort();
  BOOST_TEST(server.wait_for_exit() == 0);
}

/// The room's participants come back to the same ids, as their tokens say.
BOOST_AUTO_TEST_CASE(a_token_outlives_a_restart) {
  const auto secret_file = "/tmp/greenroom-restart-" + std::to_string(::getpid());
  std::string token, id;
  {
    server_process server{{.arguments = {}, .secret_file = secret_file}};
    phoenix_client ann{server.port()};
    token = ann.join_with("lobby", R"({"display_name":"Ann","resume":""})")
              .text("/resume_token");
    id = ann.self_id;
    ann.socket.socket().abort();
    BOOST_TEST(server.stop() == 0);
  }
  server_process server{{.arguments = {}, .secret_file = secret_file}};
  phoenix_client ann{server.port()};
  const auto reply = ann.join_with("lobby", object({{"display_name", quoted("Ann")},
                                                    {"resume", quoted(token)},
                                                    {"last_seq", "0"}}));
  BOOST_TEST(reply.truth("/resumed"));
  BOOST_TEST(reply.text("/replay") == "lost");
  BOOST_TEST(ann.self_id == id);
  ann.socket.socket().abort();
  BOOST_TEST(server.stop() == 0);
  ::unlink(secret_file.c_str());
}
