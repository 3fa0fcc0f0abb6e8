// Goal: who runs the actors, and on how many threads, makes no difference to
// what clients hear.
#define BOOST_TEST_MODULE greenroom_net_reactors_socket
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>

#include "tests/support/phoenix_client.hpp"
#include "tests/support/stopping_server.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom::test;

static const std::vector<std::string> ways{
  "--reactors=1", "--reactors=3", "--busy-poll=1ms", "--scheduler.policy=sharing",
  "--scheduler.policy=stealing"};

struct member {
  std::unique_ptr<phoenix_client> client;
  std::size_t room;
  std::map<std::string, int> heard; ///< How many signals, by sender.
  int chat_count = 0;
};

/// Every signal of a sender carries its number towards this receiver.
static void hear(member& who) {
  for (const auto& frame : who.client->catch_up()) {
    if (frame.event == "chat:msg")
      ++who.chat_count;
    if (frame.event != "signal:ice")
      continue;
    const auto from = frame.payload.text("/from_id");
    BOOST_TEST(frame.payload.text("/to_id") == who.client->self_id);
    BOOST_TEST(frame.payload.text("/candidate") == std::to_string(who.heard[from]++));
  }
}

BOOST_DATA_TEST_CASE(each_signal_reaches_its_target_once_and_in_order, data::make(ways),
                     way) {
  constexpr std::size_t room_count = 4, room_size = 5;
  constexpr int round_count = 40;
  stopping_server server{{way}};
  std::vector<member> members;
  for (std::size_t number = 0; number < room_count * room_size; ++number) {
    auto client = std::make_unique<phoenix_client>(server.port());
    const auto room = number % room_count;
    client->join("room " + std::to_string(room), "member");
    members.push_back({std::move(client), room, {}});
  }
  for (int round = 0; round < round_count; ++round)
    for (auto& from : members) {
      for (const auto& to : members)
        if (to.room == from.room && &to != &from)
          from.client->push("signal:ice",
                            object({{"to_id", quoted(to.client->self_id)},
                                    {"candidate", quoted(std::to_string(round))},
                                    {"sdpMid", "null"},
                                    {"sdpMLineIndex", "0"}}));
      from.client->say("round");
      hear(from);
    }

  const auto until = soon();
  const auto is_done = [&](const member& who) {
    if (who.chat_count < round_count * static_cast<int>(room_size))
      return false;
    for (const auto& other : members)
      if (other.room == who.room && &other != &who) {
        const auto found = who.heard.find(other.client->self_id);
        if (found == who.heard.end() || found->second < round_count)
          return false;
      }
    return true;
  };
  for (auto& who : members)
    while (!is_done(who)) {
      BOOST_REQUIRE(who.client->socket.socket().wait(true, false, until));
      hear(who);
    }
  for (auto& who : members) {
    BOOST_TEST(who.client->beats());
    hear(who);
    BOOST_TEST(who.heard.size() == room_size - 1);
    BOOST_TEST(who.chat_count == round_count * static_cast<int>(room_size));
  }
}
