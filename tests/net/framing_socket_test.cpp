// Goal: however a client cuts its messages, they mean the same; and each way to
// break the framing ends that connection, with its own code, and no other.
#define BOOST_TEST_MODULE greenroom_net_framing_socket
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
using namespace std::string_literals;

static const std::string heartbeat = R"([null,"beat","phoenix","heartbeat",{}])";

static bool is_answered(phoenix_client& client) {
  return client.expect_reply("beat").text("/status") == "ok";
}

// -- what is allowed ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(pieces_of_a_message_are_put_together) {
  stopping_server server;
  phoenix_client client{server.port()};
  client.socket.send(opcode::text, heartbeat.substr(0, 1), false);
  client.socket.send(opcode::ping, "between");
  for (std::size_t at = 1; at < heartbeat.size(); ++at)
    client.socket.send(opcode::continuation, heartbeat.substr(at, 1), false);
  client.socket.send(opcode::ping, "");
  client.socket.send(opcode::continuation, "", true);
  BOOST_TEST(is_answered(client));
  BOOST_TEST(client.beats());
  BOOST_TEST(client.socket.pong_count() == 2u);
}

BOOST_AUTO_TEST_CASE(a_frame_may_come_byte_by_byte) {
  stopping_server server;
  phoenix_client client{server.port()};
  for (const char byte : encode_frame(opcode::text, heartbeat))
    client.socket.send_bytes({&byte, 1});
  BOOST_TEST(is_answered(client));
}

BOOST_AUTO_TEST_CASE(many_frames_may_come_at_once) {
  stopping_server server;
  phoenix_client client{server.port()};
  std::string burst;
  for (int count = 0; count < 1000; ++count)
    append_frame(burst, opcode::text, heartbeat);
  client.socket.send_bytes(burst);
  for (int count = 0; count < 1000; ++count)
    BOOST_REQUIRE(is_answered(client));
}

// -- what one read brings ------------------------------------------------------------

/// A frame with what the client says on its channel.
static std::string said_by(const phoenix_client& client, const std::string& ref,
                           const std::string& event, const std::string& payload) {
  return encode_frame(opcode::text, "[" + quoted(client.join_ref) + ',' + quoted(ref)
                                      + ',' + quoted(client.topic) + ',' + quoted(event)
                                      + ',' + payload + ']');
}

/// More than go to a room at once.
static std::string chat_of(const phoenix_client& client, int count) {
  std::string burst;
  for (int number = 0; number < count; ++number)
    burst += said_by(client, "chat" + std::to_string(number), "chat:msg",
                     R"({"text":")" + std::to_string(number) + R"("})");
  return burst;
}

static void hears_all(phoenix_client& client, int count) {
  for (int number = 0; number < count; ++number)
    BOOST_TEST(client.expect("chat:msg").payload.text("/text") == std::to_string(number));
}

constexpr int said_count = 2 * limits::pushes_at_once_max + 3;

BOOST_AUTO_TEST_CASE(what_is_said_before_a_leave_is_heard) {
  stopping_server server;
  phoenix_client ann{server.port()}, bob{server.port()};
  ann.join("lobby", "Ann");
  bob.join("lobby", "Bob");
  ann.socket.send_bytes(chat_of(ann, said_count)
                        + said_by(ann, "gone", "phx_leave", "{}"));
  hears_all(bob, said_count);
  bob.expect_leave_of(ann.self_id);
  BOOST_TEST(ann.expect_reply("gone").text("/status") == "ok");
}

BOOST_AUTO_TEST_CASE(what_is_said_before_the_next_join_is_heard) {
  stopping_server server;
  phoenix_client ann{server.port()}, bob{server.port()};
  const auto seat = ann.join_with("lobby", R"({"display_name":"Ann","resume":""})");
  bob.join("lobby", "Bob");
  const auto join_again = [&](const std::string& params) {
    const auto join = R"(["again","again",)" + quoted(ann.topic) + R"(,"phx_join",)"
                      + params + ']';
    ann.socket.send_bytes(chat_of(ann, said_count) + encode_frame(opcode::text, join));
    hears_all(bob, said_count);
    BOOST_TEST(ann.expect_reply("again").text("/status") == "ok");
    ann.join_ref = "again";
  };
  join_again(object({{"display_name", quoted("Ann")},
                     {"resume", quoted(seat.text("/resume_token"))},
                     {"last_seq", "0"}}));
  join_again(R"({"display_name":"Ann"})");
  bob.expect_leave_of(ann.self_id);
}

BOOST_AUTO_TEST_CASE(half_an_emoji_costs_nobody_the_connection) {
  stopping_server server;
  phoenix_client client{server.port()};
  client.join("lobby", "Ann");
  client.push("chat:msg", R"({"text":"cut \ud83d"})");
  BOOST_TEST(client.expect("chat:msg").payload.text("/text") == "cut \xef\xbf\xbd");
  BOOST_TEST(client.beats());
}

/// A chat message whose frame has exactly `size` bytes.
static std::string padded_chat(const phoenix_client& client, std::size_t size) {
  const auto head = "[" + quoted(client.join_ref) + R"(,"beat",)" + quoted(client.topic)
                    + R"(,"chat:msg",{"text":"hello","ignored":")";
  const auto tail = R"("}])"s;
  return head + std::string(size - head.size() - tail.size(), 'x') + tail;
}

BOOST_AUTO_TEST_CASE(the_longest_message_is_taken_whole_or_in_pieces) {
  stopping_server server;
  phoenix_client client{server.port()};
  client.join("lobby");
  const auto longest = padded_chat(client, limits::message_bytes_max);
  client.socket.send_text(longest);
  BOOST_TEST(is_answered(client));
  const auto half = longest.size() / 2;
  client.socket.send(opcode::text, std::string_view{longest}.substr(0, half), false);
  client.socket.send(opcode::continuation, std::string_view{longest}.substr(half), true);
  BOOST_TEST(is_answered(client));
}

// -- SDPs of the largest size --------------------------------------------------------

/// Real line ends, which JSON escapes, and characters of all lengths.
static std::string sdp_of(std::size_t size) {
  const auto line
    = "a=candidate:1 1 udp 2122 192.0.2.1 \"\\\t\u00e9\u20ac\U0001F3AD\r\n"s;
  std::string result = "v=0\r\n";
  while (result.size() + line.size() <= size)
    result += line;
  return result.append(size - result.size(), 'x');
}

BOOST_AUTO_TEST_CASE(an_sdp_of_one_mebibyte_arrives_byte_for_byte) {
  stopping_server server;
  phoenix_client ann{server.port()}, bob{server.port()};
  ann.join("lobby", "Ann");
  bob.join("lobby", "Bob");
  const auto sdp = sdp_of(limits::sdp_bytes_max);
  ann.offer(bob.self_id, sdp);
  const auto offer = bob.expect("signal:offer").payload;
  BOOST_TEST((offer.text("/sdp") == sdp)); // In brackets, as nobody reads it printed.
  BOOST_TEST(offer.text("/from_id") == ann.self_id);
  BOOST_TEST(offer.text("/to_id") == bob.self_id);
}

BOOST_AUTO_TEST_CASE(one_byte_more_is_refused_and_the_connection_lives_on) {
  stopping_server server;
  phoenix_client ann{server.port()}, bob{server.port()};
  ann.join("lobby", "Ann");
  bob.join("lobby", "Bob");
  const auto payload = object(
    {{"to_id", quoted(bob.self_id)}, {"sdp", quoted(sdp_of(limits::sdp_bytes_max + 1))}});
  const auto answer = ann.ask("signal:offer", payload);
  BOOST_TEST(answer.text("/status") == "error");
  BOOST_TEST(answer.text("/response/error") == "invalid_payload");
  BOOST_TEST(answer.text("/response/event") == "signal:offer");
  ann.offer(bob.self_id, "v=0");
  BOOST_TEST(bob.expect("signal:offer").payload.text("/sdp") == "v=0");
}

// -- what is not -----------------------------------------------------------------

struct offence {
  std::string name;
  std::string bytes;
  std::uint16_t code;
};

static std::ostream& operator<<(std::ostream& out, const offence& o) {
  return out << o.name;
}

/// A frame whose header announces `size` bytes, of which only one comes.
static std::string announcement(std::uint64_t size) {
  std::string result = "\x81\xFF"s;
  for (int shift = 56; shift >= 0; shift -= 8)
    result += static_cast<char>(size >> shift);
  return result + "\1\2\3\4" + static_cast<char>('[' ^ 1);
}

static std::string pieces_of(std::size_t size) {
  const std::string piece(64 * limits::kibibyte, ' ');
  std::string result = encode_frame(opcode::text, "[", false);
  for (std::size_t sent = 1; sent <= size; sent += piece.size())
    append_frame(result, opcode::continuation, piece, false);
  return result;
}

static const std::vector<offence> offences{
  {"one byte above the limit",
   encode_frame(opcode::text, std::string(limits::message_bytes_max + 1, ' ')), 1009},
  {"an announcement above the limit", announcement(limits::message_bytes_max + 1), 1009},
  {"an absurd announcement", announcement(std::uint64_t{1} << 62), 1009},
  {"pieces that add up above the limit", pieces_of(limits::message_bytes_max), 1009},
  {"a binary message", encode_frame(opcode::binary, heartbeat), 1003},
  {"an empty binary message", encode_frame(opcode::binary, ""), 1003},
  {"broken UTF-8",
   encode_frame(opcode::text, "[null,\"\xC3\x28\",\"phoenix\",\"heartbeat\",{}]"), 1007},
  {"a surrogate as UTF-8",
   encode_frame(opcode::text, "[null,\"\xED\xA0\x80\",\"phoenix\",\"heartbeat\",{}]"),
   1007},
  {"no JSON", encode_frame(opcode::text, "hello"), 1007},
  {"an empty message", encode_frame(opcode::text, ""), 1007},
  {"an unmasked frame", "\x81\x02[]"s, 1002},
  {"a reserved bit", "\xC1\x82\0\0\0\0[]"s, 1002},
  {"an unknown opcode", "\x83\x82\0\0\0\0[]"s, 1002},
  {"a continuation of nothing", encode_frame(opcode::continuation, "[]"), 1002},
  {"a message within a message",
   encode_frame(opcode::text, "[", false) + encode_frame(opcode::text, "]"), 1002},
  {"a long ping", encode_frame(opcode::ping, std::string(126, 'x')), 1002},
  {"a ping in pieces", encode_frame(opcode::ping, "x", false), 1002},
  {"a Close of one byte", encode_frame(opcode::close, "x"), 1002},
};

BOOST_DATA_TEST_CASE(an_offence_ends_its_own_connection, data::make(offences), each) {
  stopping_server server;
  phoenix_client ann{server.port()}, offender{server.port()};
  ann.join("lobby", "Ann");
  offender.join("lobby", "offender");
  try {
    offender.socket.send_bytes(each.bytes);
  } catch (const connection_lost&) {
    // The server need not take all of it; it has to say why, all the same.
  }
  BOOST_TEST(offender.socket.await_end() == each.code);
  ann.expect_leave_of(offender.self_id);
  BOOST_TEST(ann.beats());
}

// -- how connections end ---------------------------------------------------------

/// More than there is credit for, so that much of it parks; and no more than the server
/// reads at once.
constexpr int burst_count = 150;

static std::string burst_of(const phoenix_client& from, const std::string& to_id,
                            int offer_count = burst_count) {
  std::string result;
  for (int number = 0; number < offer_count; ++number) {
    const auto sdp = quoted("v=" + std::to_string(number));
    append_frame(result, opcode::text,
                 "[" + quoted(from.join_ref) + ",null," + quoted(from.topic)
                   + R"(,"signal:offer",)"
                   + object({{"to_id", quoted(to_id)}, {"sdp", sdp}}) + "]");
  }
  return result;
}

/// Whether all of it has credit or not.
BOOST_DATA_TEST_CASE(what_is_said_before_a_close_is_heard,
                     data::make({said_count, burst_count}), offer_count) {
  stopping_server server;
  phoenix_client ann{server.port()}, bob{server.port()};
  ann.join("lobby", "Ann");
  bob.join("lobby", "Bob");
  ann.socket.answers_close = false;
  ann.socket.send_bytes(burst_of(ann, bob.self_id, offer_count)
                        + encode_frame(opcode::close, close_payload(1001)));
  for (int number = 0; number < offer_count; ++number)
    BOOST_TEST(bob.expect("signal:offer").payload.text("/sdp")
               == "v=" + std::to_string(number));
  BOOST_TEST(ann.socket.await_end() == 1001);
  bob.expect_leave_of(ann.self_id);
}

BOOST_AUTO_TEST_CASE(what_is_said_before_an_offence_is_heard) {
  stopping_server server;
  phoenix_client ann{server.port()}, bob{server.port()};
  ann.join("lobby", "Ann");
  bob.join("lobby", "Bob");
  ann.socket.send_bytes(burst_of(ann, bob.self_id)
                        + encode_frame(opcode::ping, "x", false));
  for (int count = 0; count < burst_count; ++count)
    bob.expect("signal:offer");
  BOOST_TEST(ann.socket.await_end() == 1002);
  bob.expect_leave_of(ann.self_id);
}

BOOST_AUTO_TEST_CASE(what_is_said_before_an_end_is_heard) {
  stopping_server server;
  phoenix_client ann{server.port()}, bob{server.port()};
  ann.join("lobby", "Ann");
  bob.join("lobby", "Bob");
  ann.socket.send_bytes(burst_of(ann, bob.self_id));
  ann.socket.socket().half_close();
  for (int count = 0; count < burst_count; ++count)
    bob.expect("signal:offer");
  bob.expect_leave_of(ann.self_id);
}

BOOST_AUTO_TEST_CASE(a_close_is_answered_with_its_code) {
  stopping_server server;
  phoenix_client ann{server.port()}, bob{server.port()};
  ann.join("lobby", "Ann");
  bob.join("lobby", "Bob");
  bob.socket.send(opcode::close, close_payload(1000));
  BOOST_TEST(bob.socket.await_end() == 1000);
  ann.expect_leave_of(bob.self_id);
}

BOOST_AUTO_TEST_CASE(an_end_without_close_is_a_leave) {
  stopping_server server;
  phoenix_client ann{server.port()}, fin{server.port()}, reset{server.port()};
  ann.join("lobby", "Ann");
  fin.join("lobby", "Finn");
  reset.join("lobby", "Rita");
  fin.socket.socket().half_close();
  ann.expect_leave_of(fin.self_id);
  BOOST_TEST(fin.socket.await_end() == 1006);
  reset.socket.socket().abort();
  ann.expect_leave_of(reset.self_id);
}
