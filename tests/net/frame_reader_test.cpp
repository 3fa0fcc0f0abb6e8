// Goal: however a client's bytes are cut, our reader of frames hears in them what
// Beast hears, refuses what Beast refuses, and with the same code; and Beast, as a
// client, writes what we read and reads what we write.
#define BOOST_TEST_MODULE greenroom_net_frame_reader
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "net/frame_reader.hpp"
#include "protocol/vocabulary/text.hpp"
#include "tests/support/websocket_frames.hpp"

namespace data = boost::unit_test::data;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using namespace greenroom::net;
using namespace greenroom::test;
using namespace std::string_literals;
using kind = frame_reader::kind;
using random_source = std::mt19937_64;
using peer_stream = websocket::stream<beast::test::stream>;

namespace {

constexpr std::size_t no_bound = 1 << 20;

std::size_t below(random_source& random, std::size_t bound) {
  return static_cast<std::size_t>(random() % bound);
}

// -- what each of the two hears ------------------------------------------------

/// One line for each thing heard, so that a difference can be read.
using transcript = std::vector<std::string>;

std::string shown(std::string_view verb, std::string_view content) {
  return std::string{verb} + ' ' + std::string{content};
}

transcript heard_by_us(std::string bytes, random_source& random, std::size_t cut_max) {
  transcript result;
  frame_reader reader{no_bound};
  std::string message;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto size = std::min(1 + below(random, cut_max), bytes.size() - at);
    std::string piece = bytes.substr(at, size); // Where a read would have put it.
    std::span<char> rest{piece};
    at += size;
    for (;;) {
      const auto found = reader.next(rest, message);
      if (found.what == kind::nothing)
        break;
      switch (found.what) {
        case kind::message: result.push_back(shown("text", message)); break;
        case kind::ping: result.push_back(shown("ping", found.content)); break;
        case kind::pong: result.push_back(shown("pong", found.content)); break;
        case kind::close:
          result.push_back(shown("close", std::to_string(found.code)));
          return result;
        case kind::broken:
          result.push_back(shown("broken", std::to_string(wire_code(found.why))));
          return result;
        default: result.push_back("refused"); return result;
      }
    }
    BOOST_REQUIRE(rest.empty());
  }
  return result;
}

/// Connects `server` to a client that is nothing but bytes, past the handshake.
void shake_hands(peer_stream& server, beast::test::stream& client) {
  client = beast::test::connect(server.next_layer());
  const auto asked = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"s;
  client.write_some(boost::asio::buffer(asked));
  server.accept();
  client.clear();
}

/// The code of the Close among what the server wrote.
std::string close_code_in(std::string_view written) {
  std::uint16_t code = 0;
  for (std::size_t at = 0; at + 2 <= written.size();) {
    const auto size = static_cast<unsigned char>(written[at + 1]) & 0x7F;
    if ((static_cast<unsigned char>(written[at]) & 0x0F) == 8 && size >= 2)
      code = static_cast<std::uint16_t>(static_cast<unsigned char>(written[at + 2]) << 8
                                        | static_cast<unsigned char>(written[at + 3]));
    at += 2 + static_cast<std::size_t>(size);
  }
  return std::to_string(code);
}

transcript heard_by_beast(const std::string& bytes, random_source& random,
                          std::size_t cut_max) {
  transcript result;
  boost::asio::io_context io;
  peer_stream server{io};
  beast::test::stream client{io};
  shake_hands(server, client);
  server.read_message_max(0);
  server.next_layer().read_size(1 + below(random, cut_max));
  server.control_callback([&](websocket::frame_type type, beast::string_view content) {
    const std::string_view payload{content.data(), content.size()};
    if (type == websocket::frame_type::ping)
      result.push_back(shown("ping", payload));
    if (type == websocket::frame_type::pong)
      result.push_back(shown("pong", payload));
  });
  client.write_some(boost::asio::buffer(bytes));
  client.close();
  std::string message;
  for (;;) {
    char room[1000]; // Small, as a damaged length may announce anything.
    boost::system::error_code error;
    const auto size = server.read_some(boost::asio::buffer(room), error);
    message.append(room, size);
    if (!error && !server.is_message_done())
      continue;
    if (!error) {
      // Beast forgets to look when half a character is followed by an empty frame.
      const bool is_sound = server.got_text() && greenroom::is_utf8(message);
      if (!is_sound) {
        result.push_back(server.got_text() ? "broken 1007" : "refused");
        return result;
      }
      result.push_back(shown("text", std::exchange(message, {})));
      continue;
    }
    if (error.category() != make_error_code(websocket::error::closed).category())
      return result; // The end of the bytes.
    const bool is_closed = error == websocket::error::closed;
    result.push_back(shown(is_closed ? "close" : "broken", close_code_in(client.str())));
    return result;
  }
}

// -- what clients send -----------------------------------------------------------

std::string random_text(random_source& random, std::size_t size_max) {
  static const std::string letters[]{"a", "b", "\"", "\u00e9", "\u20ac", "\U0001F3AD"};
  std::string result;
  for (auto left = below(random, size_max); left > 0; --left)
    result += letters[below(random, std::size(letters))];
  return result;
}

std::size_t random_size(random_source& random) {
  static const std::size_t sizes[]{1, 8, 30, 130, 700, 70'000};
  return sizes[below(random, std::size(sizes))];
}

void append_message(std::string& out, random_source& random) {
  const auto text = random_text(random, random_size(random));
  const auto piece_count = 1 + below(random, 4);
  std::size_t at = 0;
  for (std::size_t piece = 1; piece <= piece_count; ++piece) {
    const bool is_last = piece == piece_count;
    const auto size = is_last ? text.size() - at : below(random, text.size() - at + 1);
    append_frame(out, piece == 1 ? opcode::text : opcode::continuation,
                 std::string_view{text}.substr(at, size), is_last);
    at += size;
    if (!is_last && below(random, 2) == 0)
      append_frame(out, opcode::ping, random_text(random, 20));
  }
}

std::string conversation(random_source& random) {
  std::string result;
  for (auto left = 1 + below(random, 6); left > 0; --left) {
    switch (below(random, 8)) {
      case 0: append_frame(result, opcode::ping, random_text(random, 30)); break;
      case 1: append_frame(result, opcode::pong, random_text(random, 30)); break;
      default: append_message(result, random);
    }
  }
  if (below(random, 3) == 0)
    append_frame(result, opcode::close,
                 below(random, 3) == 0 ? "" : close_payload(1001, "bye"));
  return result;
}

/// Damages a byte or two; most often early, where headers are.
void damage(std::string& bytes, random_source& random) {
  for (auto left = 1 + below(random, 2); left > 0 && !bytes.empty(); --left) {
    const auto reach = below(random, 2) == 0 ? std::min<std::size_t>(bytes.size(), 24)
                                             : bytes.size();
    bytes[below(random, reach)] ^= static_cast<char>(1u << below(random, 8));
  }
}

constexpr std::size_t cuts[]{1, 3, 17, 200, 5'000, 100'000};

} // namespace

BOOST_DATA_TEST_CASE(we_hear_what_beast_hears, data::xrange(400), seed) {
  random_source random{static_cast<std::uint64_t>(seed)};
  const auto bytes = conversation(random);
  const auto cut_max = cuts[below(random, std::size(cuts))];
  const auto theirs = heard_by_beast(bytes, random, std::max<std::size_t>(cut_max, 16));
  BOOST_TEST(heard_by_us(bytes, random, cut_max) == theirs,
             boost::test_tools::per_element());
  BOOST_TEST(!theirs.empty());
}

/// A binary message is refused by us as it begins and by Beast's user as it ends, and a
/// length that was damaged may leave Beast waiting; what both heard until then counts.
BOOST_DATA_TEST_CASE(we_refuse_what_beast_refuses, data::xrange(1'500), seed) {
  random_source random{static_cast<std::uint64_t>(seed) + 1'000'000};
  auto bytes = conversation(random);
  damage(bytes, random);
  const auto cut_max = cuts[below(random, std::size(cuts))];
  auto theirs = heard_by_beast(bytes, random, std::max<std::size_t>(cut_max, 16));
  auto ours = heard_by_us(bytes, random, cut_max);
  if (!ours.empty() && ours.back() == "refused") {
    ours.pop_back();
    BOOST_REQUIRE(theirs.size() >= ours.size());
    theirs.resize(ours.size());
  }
  BOOST_TEST(ours == theirs, boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(we_read_what_a_beast_client_writes, data::xrange(100), seed) {
  random_source random{static_cast<std::uint64_t>(seed) + 2'000'000};
  boost::asio::io_context io;
  beast::test::stream far{io};
  peer_stream client{io};
  far = beast::test::connect(client.next_layer());
  peer_stream server{std::move(far)};
  std::string sent;
  transcript expected;
  std::thread accepting{[&] { server.accept(); }};
  client.handshake("x", "/");
  accepting.join();
  client.write_buffer_bytes(8 + below(random, 3'000));
  server.next_layer().clear();
  for (auto left = 1 + below(random, 5); left > 0; --left) {
    const auto text = random_text(random, random_size(random));
    client.text(true);
    client.auto_fragment(below(random, 2) == 0);
    client.write(boost::asio::buffer(text));
    expected.push_back(shown("text", text));
    const auto word = random_text(random, 20);
    client.ping(websocket::ping_data{word.c_str()});
    expected.push_back(shown("ping", word));
  }
  const auto written = server.next_layer().str();
  sent.assign(written.data(), written.size());
  BOOST_TEST(heard_by_us(sent, random, cuts[below(random, std::size(cuts))]) == expected,
             boost::test_tools::per_element());
}

// -- bounds ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_message_is_as_long_as_allowed_and_no_longer) {
  for (const std::size_t size : {10u, 11u}) {
    frame_reader reader{10};
    auto bytes = encode_frame(opcode::text, std::string(size, 'x'));
    std::span<char> rest{bytes};
    std::string message;
    const auto expected = size == 10 ? kind::message : kind::too_big;
    BOOST_TEST((reader.next(rest, message).what == expected));
  }
}

BOOST_AUTO_TEST_CASE(what_is_too_long_is_known_from_its_announcement) {
  frame_reader reader{10};
  auto bytes = encode_frame(opcode::text, "12345678", false)
               + encode_frame(opcode::continuation, "901").substr(0, 6);
  std::span<char> rest{bytes};
  std::string message;
  BOOST_TEST((reader.next(rest, message).what == kind::too_big));
}

BOOST_AUTO_TEST_CASE(who_is_ignored_is_still_heard_to_close) {
  frame_reader reader{no_bound};
  reader.ignore_messages();
  auto bytes = encode_frame(opcode::text, "one", false)
               + encode_frame(opcode::ping, "two")
               + encode_frame(opcode::continuation, "\xFF three")
               + encode_frame(opcode::binary, "four")
               + encode_frame(opcode::close, close_payload(1001));
  std::span<char> rest{bytes};
  std::string message = "untouched";
  BOOST_TEST((reader.next(rest, message).what == kind::ping));
  const auto last = reader.next(rest, message);
  BOOST_TEST((last.what == kind::close));
  BOOST_TEST(last.code == 1001);
  BOOST_TEST(message == "untouched");
}

BOOST_AUTO_TEST_CASE(broken_text_is_known_before_its_message_ends) {
  frame_reader reader{no_bound};
  auto bytes = encode_frame(opcode::text, "\xE2\x28", false);
  std::span<char> rest{bytes};
  std::string message;
  const auto found = reader.next(rest, message);
  BOOST_TEST((found.what == kind::broken));
  BOOST_TEST(wire_code(found.why) == 1007);
}

BOOST_AUTO_TEST_CASE(unmasking_tells_whether_all_is_ascii) {
  for (std::size_t size = 0; size < 70; ++size)
    for (std::size_t at = 0; at <= size; ++at) {
      std::string plain(size, 'a');
      if (at < size)
        plain[at] = '\x80';
      frame_mask mask{0x81, 2, 0xFF, 4}, again = mask;
      apply_mask(plain, mask);
      BOOST_TEST(apply_mask(plain, again) == (at == size));
    }
}

BOOST_AUTO_TEST_CASE(a_mask_goes_on_where_it_stopped) {
  const auto plain = "0123456789abcdefghijklmnopq"s;
  for (std::size_t cut = 0; cut <= plain.size(); ++cut) {
    auto whole = plain, halves = plain;
    frame_mask first{1, 2, 3, 4}, second = first;
    apply_mask(whole, first);
    apply_mask(std::span{halves}.first(cut), second);
    apply_mask(std::span{halves}.subspan(cut), second);
    BOOST_TEST(whole == halves);
    BOOST_TEST((first == second));
  }
}
