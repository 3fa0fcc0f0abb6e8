// Goal: behind a proxy each client has the seats of its own address, and nobody
// gets more of them by making addresses up.
#define BOOST_TEST_MODULE greenroom_net_proxy_socket
#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <vector>

#include "protocol/vocabulary/limits.hpp"
#include "tests/support/phoenix_client.hpp"
#include "tests/support/stopping_server.hpp"

using namespace greenroom;
using namespace greenroom::test;

constexpr std::size_t seat_count_max = limits::suspended_per_origin_max;
constexpr std::size_t client_count = seat_count_max + 6;

/// What the proxy says of the client of this number.
using proxy_word = std::function<std::string(std::size_t number)>;

static std::size_t count_of(const std::string& word, const std::string& text) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1))
    ++count;
  return count;
}

/// @returns How many of all the clients kept a seat when they lost their connection.
static std::size_t count_kept_seats(const std::vector<std::string>& options,
                                    const proxy_word& word) {
  std::vector<std::string> arguments{"--capacity=100", "--resume.window=10min"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  stopping_server server{arguments};
  std::vector<std::unique_ptr<phoenix_client>> clients;
  for (std::size_t number = 0; number < client_count; ++number) {
    const websocket_client::options how{
      .path = phoenix_v2_path, .headers = word(number), .receive_buffer_bytes = 0};
    clients.push_back(std::make_unique<phoenix_client>(server.port(), how));
    clients.back()->join_with("lobby", R"({"display_name":"x","resume":""})");
  }
  for (auto& each : clients)
    each->socket.socket().abort();
  std::size_t kept = 0, gone = 0;
  for (const auto until = soon(); kept + gone < client_count;) {
    BOOST_REQUIRE_MESSAGE(steady::now() < until, server.log());
    const auto log = server.log();
    kept = count_of(" suspend ", log);
    gone = count_of(" leave ", log);
  }
  return kept;
}

static std::string forwarded(const std::string& list) {
  return "X-Forwarded-For: " + list + "\r\n";
}

BOOST_AUTO_TEST_CASE(each_client_of_a_proxy_counts_for_itself) {
  const auto word = [](auto number) {
    return forwarded("203.0.113." + std::to_string(number));
  };
  BOOST_TEST(count_kept_seats({"--trusted-proxies=10.0.0.1,127.0.0.0/8"}, word)
             == client_count);
}

BOOST_AUTO_TEST_CASE(who_is_not_trusted_is_not_believed) {
  const auto word = [](auto number) {
    return forwarded("203.0.113." + std::to_string(number));
  };
  BOOST_TEST(count_kept_seats({}, word) == seat_count_max);
}

BOOST_AUTO_TEST_CASE(what_clients_make_up_does_not_count) {
  const auto word = [](auto number) {
    const auto made_up = "203.0.113." + std::to_string(number);
    return forwarded(made_up) + forwarded("198.51.100.1");
  };
  BOOST_TEST(count_kept_seats({"--trusted-proxies=127.0.0.1"}, word) == seat_count_max);
}

BOOST_AUTO_TEST_CASE(a_malformed_header_is_ignored_and_said_so) {
  stopping_server server{{"--trusted-proxies=127.0.0.1", "--log.level=debug"}};
  phoenix_client client{server.port(),
                        {.path = phoenix_v2_path,
                         .headers = forwarded("somebody"),
                         .receive_buffer_bytes = 0}};
  BOOST_TEST(client.beats());
  const auto until = soon();
  while (server.log().find(" debug forwarded_for_ignored detail=somebody "
                           "address=127.0.0.1")
         == std::string::npos)
    BOOST_REQUIRE_MESSAGE(steady::now() < until, server.log());
}
