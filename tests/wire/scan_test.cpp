// Goal: the short way through a message says what the general parser says, of any
// message; and it is the way that signals and chat take.
#define BOOST_TEST_MODULE greenroom_wire_scan
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

#include "protocol/wire/phoenix_scan.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom::wire;
using random_source = std::mt19937_64;

namespace {

std::size_t below(random_source& random, std::size_t bound) {
  return static_cast<std::size_t>(random() % bound);
}

template <class List>
const auto& one_of(random_source& random, const List& list) {
  return list[below(random, std::size(list))];
}

std::string random_string(random_source& random) {
  static const std::string parts[]{
    "a",          "room:x",  "12345678", "\\n",    "\\r\\n", "\\\"",
    "\\\\",       "\\/",     "\\t",      "\\b\\f", "\u00e9", "\u20ac",
    "\U0001F3AD", "\\u0041", "\\ud83d",  "\x7f",   " ",      "a=candidate:",
    "\\x",        "\x01",    "\xff",     "\\"};
  // The first are what is usual.
  const auto reach = below(random, 4) == 0 ? std::size(parts) : 13;
  std::string result = "\"";
  for (auto left = below(random, 12); left > 0; --left)
    result += parts[below(random, reach)];
  return result + '"';
}

std::string random_value(random_source& random) {
  static const std::string others[]{"null",
                                    "true",
                                    "false",
                                    "0",
                                    "-1",
                                    "17",
                                    "123456789012345",
                                    "1234567890123456",
                                    "-0",
                                    "01",
                                    "1.5",
                                    "1e3",
                                    "-",
                                    "nul",
                                    "{}",
                                    "[1]",
                                    "{\"audio_device_id\":\"a\"}",
                                    " 1"};
  const auto reach = below(random, 4) == 0 ? std::size(others) : 7;
  return below(random, 2) == 0 ? random_string(random) : others[below(random, reach)];
}

std::string random_payload(random_source& random) {
  static const std::string names[]{"sdp",           "candidate",   "to_id",
                                   "text",          "device_info", "sdpMid",
                                   "sdpMLineIndex", "other",       "audio_device_id",
                                   "room\\u005fid", "\u00e9",      "a\\n"};
  const auto reach = below(random, 4) == 0 ? std::size(names) : 8;
  std::string result = "{";
  for (auto left = below(random, 5); left > 0; --left) {
    result += '"' + names[below(random, reach)] + "\":" + random_value(random);
    if (left > 1)
      result += ',';
  }
  return result + '}';
}

std::string random_message(random_source& random) {
  std::string result = "[";
  for (int part = 0; part < 4; ++part)
    result += random_value(random) + ',';
  result += below(random, 10) == 0 ? random_value(random) : random_payload(random);
  return result + ']';
}

void damage(std::string& text, random_source& random) {
  static const std::string marks = "[]{},:\"\\ 0n\n";
  for (auto left = below(random, 3); left > 0; --left) {
    const auto at = below(random, text.size());
    switch (below(random, 3)) {
      case 0: text[at] = one_of(random, marks); break;
      case 1: text.insert(at, 1, one_of(random, marks)); break;
      default: text.erase(at, 1);
    }
  }
}

} // namespace

BOOST_AUTO_TEST_CASE(both_ways_lead_to_the_same_frame) {
  std::size_t usual_count = 0;
  for (std::uint64_t seed = 0; seed < 200'000; ++seed) {
    random_source random{seed};
    auto text = random_message(random);
    if (below(random, 3) == 0)
      damage(text, random);
    auto first = text, second = text, third = text;
    const auto scanned = scan_frame(first);
    if (!scanned)
      BOOST_REQUIRE_EQUAL(first, text); // Somebody else has to read it yet.
    usual_count += scanned.has_value();
    auto found = parse_frame(second, phoenix_version::v2);
    if (found)
      for (const auto which : {field::sdp, field::candidate, field::sdp_mid})
        unescape(found->fields[static_cast<std::size_t>(which)], second);
    const auto expected = parse_any_frame(third, phoenix_version::v2);
    BOOST_REQUIRE_MESSAGE(found == expected, "seed " << seed << ": " << text);
    if (found)
      BOOST_REQUIRE_MESSAGE(literal_of(found->ref) == literal_of(expected->ref)
                              && literal_of(found->join_ref)
                                   == literal_of(expected->join_ref),
                            "seed " << seed << ": " << text);
  }
  BOOST_TEST(usual_count > 50'000u);
}

static const std::string usual[]{
  R"(["3",null,"room:x","signal:ice",{"to_id":"a","candidate":"c 1","sdpMLineIndex":0}])",
  R"(["3","4","room:x","signal:offer",{"to_id":"a","sdp":"v=0\r\na=b \"c\"\r\n"}])",
  R"(["3","4","room:x","chat:msg",{"text":"caf\u00e9 \ud83c\udfad"}])",
  R"([null,"5","phoenix","heartbeat",{}])",
};

BOOST_DATA_TEST_CASE(signals_and_chat_take_the_short_way, data::make(usual), message) {
  auto text = message;
  const bool has_numbered_escapes = message.find("\\u") != message.npos;
  BOOST_TEST(scan_frame(text).has_value() == !has_numbered_escapes);
}

BOOST_AUTO_TEST_CASE(short_escapes_are_read) {
  std::string text = R"([null,null,"t","e",{"text":"\"\\\/\b\f\n\r\t."}])";
  const auto frame = scan_frame(text);
  BOOST_REQUIRE(frame.has_value());
  BOOST_TEST((*frame)[field::text].text == "\"\\/\b\f\n\r\t.");
  BOOST_TEST((*frame)[field::text].escape_count == 0u);
  BOOST_TEST(!(*frame)[field::text].is_verbatim);
}

/// Nobody between two browsers reads an SDP, or a candidate.
BOOST_AUTO_TEST_CASE(escapes_of_what_goes_on_as_it_came_stay) {
  for (const std::string name : {"sdp", "candidate", "sdpMid"}) {
    auto text = R"([null,null,"t","e",{")" + name + R"(":"v=0\r\n\/.","text":"\t"}])";
    auto frame = scan_frame(text);
    BOOST_REQUIRE(frame.has_value());
    auto& value = frame->fields[static_cast<std::size_t>(*payload_field(name))];
    BOOST_TEST(value.text == R"(v=0\r\n\/.)");
    BOOST_TEST(value.size() == 7u);
    BOOST_TEST(value.is_verbatim);
    unescape(value, text);
    BOOST_TEST(value.text == "v=0\r\n/.");
    BOOST_TEST(value.size() == 7u);
    BOOST_TEST((*frame)[field::text].text == "\t");
  }
}

BOOST_AUTO_TEST_CASE(refs_are_echoed_in_their_shortest_form) {
  const auto echoed = [](std::string text, bool is_usual) {
    auto copy = text;
    BOOST_TEST(scan_frame(copy).has_value() == is_usual);
    const auto frame = parse_frame(text, phoenix_version::v2);
    BOOST_TEST_REQUIRE(frame.has_value());
    return literal_of(frame->join_ref) + ' ' + literal_of(frame->ref);
  };
  BOOST_TEST(echoed(R"(["12","a b","t","e",{}])", true) == R"("12" "a b")");
  BOOST_TEST(echoed(R"(["a\/b","q\"r\\","t","e",{}])", true) == R"("a/b" "q\"r\\")");
  BOOST_TEST(echoed(R"(["\u0063","a\/b","t","e",{}])", false) == R"("c" "a/b")");
}
