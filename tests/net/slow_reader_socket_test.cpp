// Goal: a client that does not read costs the server a bounded amount of memory
// and the others nothing; and who reads again in time has missed nothing.
#define BOOST_TEST_MODULE greenroom_net_slow_reader_socket
#include <boost/test/unit_test.hpp>

#include "protocol/vocabulary/limits.hpp"
#include "tests/support/phoenix_client.hpp"
#include "tests/support/stopping_server.hpp"

using namespace greenroom;
using namespace greenroom::test;

/// Small, so that the server soon feels that nobody reads.
constexpr int receive_buffer_bytes = 8 * 1024;

struct scene {
  stopping_server server;
  phoenix_client ann{server.port()};
  phoenix_client bob{server.port()};
  phoenix_client slow{server.port(),
                      {.path = phoenix_v2_path,
                       .headers = {},
                       .receive_buffer_bytes = receive_buffer_bytes}};

  scene() {
    ann.join("lobby", "Ann");
    bob.join("lobby", "Bob");
    slow.join("lobby", "Slow");
    slow.socket.reads = false;
  }

  bool is_closed_as_slow() const {
    return server.log().find("slow reader") != std::string::npos;
  }

  /// Sends it more than anybody may leave unread, until the server has enough.
  void overwhelm() {
    const std::string sdp(limits::sdp_bytes_max - 1, 'x');
    for (int round = 0; round < 200 && !is_closed_as_slow(); ++round) {
      ann.offer(slow.self_id, sdp);
      ann.offer(bob.self_id, std::to_string(round));
      BOOST_TEST(bob.expect("signal:offer").payload.text("/sdp")
                 == std::to_string(round));
      server.note_memory();
    }
    BOOST_TEST(is_closed_as_slow());
  }
};

BOOST_FIXTURE_TEST_CASE(who_does_not_read_is_told_why, scene) {
  overwhelm();
  // Signals that were delivered are whole, and then comes the reason.
  BOOST_TEST(slow.socket.await_end() == 1013);
  ann.expect_leave_of(slow.self_id);
  BOOST_TEST(bob.beats());
  BOOST_TEST(server.growth_bytes() < growth_bytes_max);
}

BOOST_FIXTURE_TEST_CASE(who_never_reads_again_is_dropped, scene) {
  overwhelm();
  ann.expect_leave_of(slow.self_id);
  bob.expect_leave_of(slow.self_id);
  BOOST_TEST(ann.beats());
}

static std::string media_of(int round) {
  const auto device = quoted(std::string(200, 'd') + std::to_string(round));
  return object({{"audio_muted", round % 2 == 0 ? "true" : "false"},
                 {"video_enabled", "true"},
                 {"screensharing", "false"},
                 {"device_info",
                  object({{"audio_device_id", device}, {"video_device_id", device}})}});
}

/// Far more bytes than an outbox and all kernel buffers hold, if they were not
/// merged: an update tells the old devices and the new ones, thrice.
BOOST_FIXTURE_TEST_CASE(what_only_counts_in_its_newest_form_is_merged, scene) {
  constexpr int rounds = 10'000;
  constexpr int chat_every = 100;
  std::vector<std::string> said;
  for (int round = 0; round < rounds; ++round) {
    const auto ref = ann.push("media:update", media_of(round));
    if (round % chat_every == 0) {
      said.push_back("chat " + std::to_string(round));
      ann.say(said.back());
    }
    if (round % 16 == 15) { // Keeps the pushes in step with the server.
      ann.expect_reply(ref);
      ann.catch_up();
      bob.catch_up();
    }
  }
  BOOST_TEST(ann.beats());
  server.note_memory();
  BOOST_TEST(!is_closed_as_slow());
  BOOST_TEST(server.growth_bytes() < growth_bytes_max);

  ann.say("the end");
  slow.socket.reads = true;
  std::vector<std::string> heard;
  std::string newest_media, newest_presence;
  std::size_t update_count = 0;
  for (bool more = true; more;) {
    const auto frame = slow.expect([](const heard_frame&) { return true; }, "the end");
    if (frame.event == "media:update") {
      newest_media = frame.payload.text("/device_info/audio_device_id");
      ++update_count;
    }
    const auto joined = "/joins/" + ann.self_id + "/metas/0/device_info/audio_device_id";
    if (frame.event == "presence_diff" && frame.payload.has(joined.c_str()))
      newest_presence = frame.payload.text(joined.c_str());
    if (frame.event == "chat:msg") {
      heard.push_back(frame.payload.text("/text"));
      more = heard.back() != "the end";
    }
  }
  const auto newest = std::string(200, 'd') + std::to_string(rounds - 1);
  BOOST_TEST(newest_media == newest);
  BOOST_TEST(newest_presence == newest);
  BOOST_TEST(update_count < static_cast<std::size_t>(rounds));
  said.emplace_back("the end");
  BOOST_TEST(heard == said, boost::test_tools::per_element());
  BOOST_TEST(slow.beats());
}
