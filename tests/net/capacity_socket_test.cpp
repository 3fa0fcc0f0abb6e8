// Goal: of those who knock at the same instant, exactly as many get in as there
// are seats, however often it is tried.
#define BOOST_TEST_MODULE greenroom_net_capacity_socket
#include <boost/test/unit_test.hpp>

#include <memory>
#include <set>

#include "tests/support/phoenix_client.hpp"
#include "tests/support/stopping_server.hpp"

using namespace greenroom::test;

BOOST_AUTO_TEST_CASE(twenty_knock_and_six_get_in_a_hundred_times) {
  constexpr int client_count = 20, seat_count = 6, repetitions = 100;
  stopping_server server{{"--reactors=2"}};
  std::vector<std::unique_ptr<phoenix_client>> clients;
  for (int number = 0; number < client_count; ++number)
    clients.push_back(std::make_unique<phoenix_client>(server.port()));

  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const auto room = "room " + std::to_string(repetition);
    for (int number = 0; number < client_count; ++number) {
      // In another order each time, so that nobody is always first.
      auto& client
        = clients[static_cast<std::size_t>((number * 7 + repetition) % client_count)];
      client->ask_to_join(room, object({{"display_name", quoted("one of many")}}));
    }
    std::vector<phoenix_client*> inside;
    std::set<std::string> ids;
    for (auto& client : clients) {
      const auto reply = client->expect_reply(client->join_ref);
      if (reply.text("/status") == "ok") {
        inside.push_back(client.get());
        ids.insert(reply.text("/response/self_id"));
        continue;
      }
      BOOST_TEST(reply.text("/response/error") == "capacity");
      BOOST_TEST(reply.text("/response/reason") == "error:capacity");
      BOOST_TEST(reply.text("/response/room_id") == room);
      BOOST_TEST(reply.number("/response/limit") == seat_count);
    }
    BOOST_TEST(inside.size() == std::size_t{seat_count});
    BOOST_TEST(ids.size() == std::size_t{seat_count});
    for (auto* client : inside)
      client->leave();
    for (auto& client : clients)
      client->catch_up();
  }
}

BOOST_AUTO_TEST_CASE(a_seat_that_is_left_is_free_for_the_next) {
  stopping_server server{{"--capacity=2"}};
  phoenix_client ann{server.port()}, bob{server.port()}, eve{server.port()};
  ann.join("lobby", "Ann");
  for (int round = 0; round < 50; ++round) {
    bob.join("lobby", "Bob");
    const auto params = object({{"display_name", quoted("Eve")}});
    BOOST_TEST(eve.expect_reply(eve.ask_to_join("lobby", params)).text("/response/error")
               == "capacity");
    bob.leave(); // Once it is answered, the seat is free.
    eve.join("lobby", "Eve");
    eve.socket.socket().abort();
    ann.expect_leave_of(eve.self_id);
    eve = phoenix_client{server.port()};
  }
}

static const std::string opting_in = object(
  {{"display_name", quoted("Ann")}, {"resume", quoted("")}});

/// @returns The code with which a join is refused; empty if it is not.
static std::string code_of_join(phoenix_client& client, const std::string& room) {
  const auto reply = client.expect_reply(client.ask_to_join(room, opting_in));
  return reply.text("/status") == "ok" ? "" : reply.text("/response/error");
}

static bool eventually_ready(const stopping_server& server) {
  for (const auto until = soon(); steady::now() < until;)
    if (status_of(get_http(server.port(), "/readyz")) == 200)
      return true;
  return false;
}

BOOST_AUTO_TEST_CASE(rooms_that_somebody_left_behind_keep_nobody_out) {
  constexpr int room_count_max = 20;
  stopping_server server{{"--rooms.max=" + std::to_string(room_count_max)}};
  phoenix_client ann{server.port()}, bob{server.port()};
  for (int number = 0; number < 10 * room_count_max; ++number) {
    BOOST_TEST(code_of_join(ann, "left " + std::to_string(number)) == "");
    ann.leave();
  }
  BOOST_TEST(status_of(get_http(server.port(), "/readyz")) == 200);
  for (int number = 0; number < room_count_max; ++number)
    BOOST_TEST(code_of_join(ann, "held " + std::to_string(number)) == "");
  const auto answer = get_http(server.port(), "/readyz");
  BOOST_TEST(status_of(answer) == 503);
  BOOST_TEST(body_of(answer) == "not ready: too many rooms\n");
  BOOST_TEST(code_of_join(bob, "one more") == "unavailable");
  BOOST_TEST(code_of_join(bob, "held 0") == "");
  ann.leave();
  BOOST_TEST(eventually_ready(server));
  BOOST_TEST(code_of_join(bob, "one more") == "");
}
