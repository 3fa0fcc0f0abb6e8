// Goal: who says more than the server can take is made to wait, by TCP itself;
// nobody else waits with it, and nothing piles up.
#define BOOST_TEST_MODULE greenroom_net_flood_socket
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <ostream>

#include "protocol/vocabulary/limits.hpp"
#include "tests/support/phoenix_client.hpp"
#include "tests/support/stopping_server.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom;
using namespace greenroom::test;

/// Sends the same bytes again and again, as fast as they are taken.
class flooder {
public:
  flooder(std::uint16_t port, const std::string& room) : client_(port) {
    client_.join(room, "flooder");
  }

  const phoenix_client& client() const { return client_; }

  void prepare(const std::string& frame) {
    while (bytes_.size() < 256 * limits::kibibyte)
      bytes_ += frame;
  }

  /// Sends what is taken now, and reads what was answered if it `listens`.
  /// @returns Whether anything was taken.
  bool go_on(bool listens) {
    while (listens && client_.socket.try_receive()) {}
    if (is_lost())
      return false;
    try {
      const auto taken = client_.socket.socket().try_send(
        std::string_view{bytes_}.substr(at_));
      at_ = (at_ + taken) % bytes_.size();
      sent_ += taken;
      return taken > 0;
    } catch (const connection_lost&) {
      lost_ = true; // The server had enough of it.
      return false;
    }
  }

  std::size_t sent_bytes() const { return sent_; }
  bool is_lost() const { return lost_ || client_.socket.is_over(); }

private:
  phoenix_client client_;
  std::string bytes_;
  std::size_t at_ = 0;
  std::size_t sent_ = 0;
  bool lost_ = false;
};

/// A frame of `event` from `client`, with a ref.
static std::string frame_of(const phoenix_client& client, const std::string& event,
                            const std::string& payload) {
  return encode_frame(opcode::text, "[" + quoted(client.join_ref) + R"(,"7",)"
                                      + quoted(client.topic) + "," + quoted(event) + ","
                                      + payload + "]");
}

struct flood {
  std::string name;
  std::string room; ///< That of the bystanders is the lobby.
  std::function<std::string(const phoenix_client&)> frame;
};

static std::ostream& operator<<(std::ostream& out, const flood& f) {
  return out << f.name;
}

static const std::vector<flood> floods{
  {"invalid chat", "lobby",
   [](const auto& who) { return frame_of(who, "chat:msg", R"({"text":5})"); }},
  {"unknown events", "lobby",
   [](const auto& who) { return frame_of(who, "dance", "{}"); }},
  {"signals to nobody", "lobby",
   [](const auto& who) {
     return frame_of(who, "signal:offer",
                     R"({"sdp":"v=0","to_id":"00000000-0000-4000-8000-000000000000"})");
   }},
  {"a topic that is not joined", "lobby",
   [](const auto&) {
     return encode_frame(opcode::text, R"([null,"7","room:elsewhere","chat:msg",{}])");
   }},
  {"heartbeats", "lobby",
   [](const auto&) {
     return encode_frame(opcode::text, R"([null,"7","phoenix","heartbeat",{}])");
   }},
  {"pings", "lobby",
   [](const auto&) { return encode_frame(opcode::ping, "are you there?"); }},
  {"SDPs that are too long", "lobby",
   [](const auto& who) {
     return frame_of(
       who, "signal:offer",
       object({{"to_id", quoted(who.self_id)},
               {"sdp", quoted(std::string(limits::sdp_bytes_max + 1, 'x'))}}));
   }},
  {"joins and leaves", "elsewhere",
   [](const auto&) {
     return encode_frame(opcode::text,
                         R"(["8","8","room:x","phx_join",{"display_name":"x"}])")
            + encode_frame(opcode::text, R"(["8","9","room:x","phx_leave",{}])");
   }},
  {"valid chat", "elsewhere",
   [](const auto& who) { return frame_of(who, "chat:msg", R"({"text":"hello"})"); }},
  {"media updates", "elsewhere",
   [](const auto& who) {
     return frame_of(
       who, "media:update",
       R"({"audio_muted":true,"video_enabled":true,"screensharing":false})");
   }},
  {"signals to itself", "elsewhere",
   [](const auto& who) {
     return frame_of(who, "signal:offer",
                     object({{"to_id", quoted(who.self_id)},
                             {"sdp", quoted(std::string(100 * limits::kibibyte, 'x'))}}));
   }},
};

/// Two who signal while somebody floods; one signal is always on its way.
static void exchange_during(const flood& each, bool listens) {
  constexpr int exchange_count = 100;
  constexpr std::size_t flood_bytes = 8 * limits::mebibyte;
  stopping_server server;
  phoenix_client ann{server.port()}, bob{server.port()};
  ann.join("lobby", "Ann");
  bob.join("lobby", "Bob");
  flooder source{server.port(), each.room};
  source.prepare(each.frame(source.client()));

  const auto until = steady::now() + 4 * patience;
  int told = 0, heard = 0;
  ann.offer(bob.self_id, std::to_string(told++));
  while (heard < exchange_count
         || (source.sent_bytes() < flood_bytes && !source.is_lost())) {
    if (steady::now() > until)
      throw timed_out(std::to_string(exchange_count) + " exchanges; there were "
                      + std::to_string(heard));
    if (!source.go_on(listens))
      bob.socket.socket().wait(true, false, steady::now() + 1ms);
    ann.catch_up();
    for (const auto& frame : bob.catch_up()) {
      if (frame.event != "signal:offer")
        continue;
      BOOST_TEST(frame.payload.text("/sdp") == std::to_string(heard++));
      ann.offer(bob.self_id, std::to_string(told++));
    }
    if (heard % 20 == 0)
      server.note_memory();
  }
  BOOST_TEST(ann.beats());
  BOOST_TEST(bob.beats());
  BOOST_TEST(server.growth_bytes() < growth_bytes_max);
}

BOOST_DATA_TEST_CASE(a_flood_is_felt_by_its_source_alone, data::make(floods), each) {
  exchange_during(each, true);
}

BOOST_DATA_TEST_CASE(so_is_one_whose_answers_nobody_reads, data::make(floods), each) {
  exchange_during(each, false);
}

/// All pongs together are more than a connection's buffers in the kernel hold, so what is
/// left of them is what the server has queued.
BOOST_AUTO_TEST_CASE(pings_of_who_reads_no_pongs_go_unanswered) {
  constexpr std::size_t round_count = 250, pings_per_round = 1'000;
  constexpr std::size_t pong_bytes = 2 + 125;
  constexpr std::size_t kernel_bytes_max = 8 * limits::mebibyte;
  static_assert(round_count * pings_per_round * pong_bytes > 3 * kernel_bytes_max);
  stopping_server server;
  phoenix_client source{
    server.port(),
    {.path = phoenix_v2_path, .headers = {}, .receive_buffer_bytes = 8 * 1024}};
  std::string pings;
  for (std::size_t count = 0; count < pings_per_round; ++count)
    append_frame(pings, opcode::ping, std::string(125, '?'));
  source.socket.reads = false;
  for (std::size_t round = 0; round < round_count; ++round)
    source.socket.send_bytes(pings);
  source.socket.reads = true;
  BOOST_TEST(source.beats()); // It lives, and what was queued before was read by now.
  BOOST_TEST(source.socket.pong_count() > 0u);
  BOOST_TEST(source.socket.pong_count() * pong_bytes < kernel_bytes_max);
}

/// Its replay is the longer the more was said, and asked for with a short message.
BOOST_AUTO_TEST_CASE(resuming_again_and_again_without_reading_costs_little) {
  constexpr int said_count = 4'000, join_count = 600;
  const auto resuming = [](const std::string& token) {
    return object(
      {{"display_name", quoted("Ann")}, {"resume", quoted(token)}, {"last_seq", "0"}});
  };
  stopping_server server;
  phoenix_client bob{server.port()};
  phoenix_client ann{
    server.port(),
    {.path = phoenix_v2_path, .headers = {}, .receive_buffer_bytes = 8 * 1024}};
  bob.join("lobby", "Bob");
  const auto token = ann.join_with("lobby", resuming("")).text("/resume_token");
  for (int number = 0; number < said_count; ++number) {
    bob.say(std::to_string(number));
    if (number % 50 == 49) {
      BOOST_TEST(bob.beats()); // Keeps in step with the server.
      bob.catch_up();
      ann.catch_up();
    }
  }
  BOOST_TEST(ann.beats());
  server.note_memory();
  ann.socket.reads = false;
  for (int count = 0; count < join_count; ++count) {
    ann.ask_to_join("lobby", resuming(token));
    if (count % 20 == 0) {
      BOOST_TEST(bob.beats());
      server.note_memory();
    }
  }
  ann.say("done"); // Waits for all of the joins.
  bob.expect(
    [](const heard_frame& frame) {
      return frame.event == "chat:msg" && frame.payload.text("/text") == "done";
    },
    "the end of the joins", steady::now() + 8 * patience);
  server.note_memory();
  BOOST_TEST(server.growth_bytes() < growth_bytes_max);

  // Who reads after all finds the last of the replays, and it is whole.
  ann.socket.reads = true;
  const auto next = [&] {
    return ann.expect([](const heard_frame&) { return true; }, "a frame");
  };
  for (auto frame = next(); frame.event != "phx_reply" || frame.ref != ann.join_ref;)
    frame = next();
  for (int number = 0; number < said_count;) {
    const auto frame = next();
    if (frame.event == "chat:msg")
      BOOST_TEST_REQUIRE(frame.payload.text("/text") == std::to_string(number++));
  }
  BOOST_TEST(ann.beats());
}
