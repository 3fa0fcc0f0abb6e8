// Goal: whatever text arrives, it is either a frame with all its parts or no
// frame at all, in time and memory that its sender cannot blow up.
#define BOOST_TEST_MODULE greenroom_wire_frame
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "protocol/vocabulary/limits.hpp"
#include "protocol/wire/phoenix_frame.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom;
using namespace greenroom::wire;
using kind = json_value::kind;
using std::string_literals::operator""s;

static std::string repeat(std::string_view part, std::size_t count) {
  std::string result;
  for (; count > 0; --count)
    result += part;
  return result;
}

static std::string beat(const std::string& payload) {
  return R"([null,"1","phoenix","heartbeat",)" + payload + "]";
}

static bool is_frame(std::string text, phoenix_version version = phoenix_version::v2) {
  return parse_frame(text, version).has_value();
}

static const std::vector<std::string> malformed{
  "",
  " ",
  "hello",
  "null",
  "5",
  "\"phoenix\"",
  "{}",
  "[]",
  "[[]]",
  R"([null,"1","phoenix","heartbeat"])",
  R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"})",
  R"(["1","1","room:x","phx_join",{"display_name":)",
  beat("{}") + beat("{}"),
  beat("{}") + "x",
  beat("{}") + "\0"s,
  beat("{}") + "\0x"s,
  beat("{}").substr(0, beat("{}").size() - 1),
  R"(["1","1",5,"phx_join",{}])",
  R"(["1","1",null,"phx_join",{}])",
  R"(["1","1","room:x",{},{}])",
  R"(["1","1","room:x",null,{}])",
  R"(["1",["1"],"room:x","phx_join",{}])",
  R"([{},"1","room:x","phx_join",{}])",
  R"(["1",1.5,"room:x","phx_join",{}])",
  R"(["1",1e3,"room:x","phx_join",{}])",
  R"([null,true,"phoenix","heartbeat",{}])",
  beat("[1,]"),
  beat("{},"),
  beat("{/*x*/}"),
  beat("{'a':1}"),
  beat("{a:1}"),
  beat("{\"a\":NaN}"),
  beat("{\"a\":01}"),
  beat("{\"a\":+1}"),
  beat("{\"a\":1e999}"),
  beat("{\"a\":\"\\x\"}"),
  beat("{\"a\":\"\n\"}"),
  beat("{\"a\":\"\0\"}"s),
  beat("[}"),
  beat("{]"),
  // No UTF-8, in values, in keys, and between them.
  beat("\"\x80\""),
  beat("\"\xc0\xaf\""),
  beat("\"\xed\xa0\x80\""),
  beat("\"\xf4\x90\x80\x80\""),
  beat("\"\xe2\x82\""),
  beat("{\"\xff\":1}"),
  beat("\xff"),
  beat("{\"a\":{\"b\":[\"\xfe\"]}}"),
  beat(R"("\u12")"),
  beat(R"("\ud83")"),
  beat(R"("\ud83c\u12")"),
  beat(R"(\ud83c)"),
};

BOOST_DATA_TEST_CASE(malformed_text_is_no_frame, data::make(malformed), text) {
  BOOST_TEST(!is_frame(text));
}

BOOST_AUTO_TEST_CASE(parts_have_bounds) {
  const auto frame = [](const std::string& ref, const std::string& topic,
                        const std::string& event) {
    return is_frame("[null," + ref + ",\"" + topic + "\",\"" + event + "\",{}]");
  };
  const std::string digits(62, '1');
  BOOST_TEST(frame('"' + digits + '"', "t", "e"));
  BOOST_TEST(!frame('"' + digits + "1\"", "t", "e"));
  BOOST_TEST(frame(digits + "11", "t", "e"));
  BOOST_TEST(!frame(digits + "111", "t", "e"));
  // As JSON, so that what is echoed is bounded too.
  BOOST_TEST(!frame('"' + repeat("\\u0001", 11) + '"', "t", "e"));
  BOOST_TEST(frame("1", std::string(256, 't'), std::string(64, 'e')));
  BOOST_TEST(!frame("1", std::string(257, 't'), "e"));
  BOOST_TEST(!frame("1", "t", std::string(65, 'e')));
}

BOOST_AUTO_TEST_CASE(depth_is_bounded_and_cheap_to_refuse) {
  // The envelope is one level, so a payload may have one less than the limit.
  const auto nested = [](std::size_t depth) {
    return beat(repeat("[", depth) + repeat("]", depth));
  };
  BOOST_TEST(is_frame(nested(limits::json_depth_max - 1)));
  BOOST_TEST(!is_frame(nested(limits::json_depth_max)));
  BOOST_TEST(!is_frame(repeat("[", 100'000)));
  BOOST_TEST(!is_frame(repeat("[", 100'000) + repeat("]", 100'000)));
  BOOST_TEST(!is_frame(beat(repeat("{\"a\":", 100'000) + "1" + repeat("}", 100'000))));
  BOOST_TEST(!is_frame(repeat("{\"a\":", 100'000), phoenix_version::v1));
  BOOST_TEST(is_frame(beat("[" + repeat("[],", 100'000) + "{}]")), "wide is not deep");
}

BOOST_AUTO_TEST_CASE(what_is_wanted_is_found_whatever_stands_around_it) {
  auto text
    = R"( [ "1" , 2 , "room:x" , "e" , {"x":{"text":"no"},"text":"yes","y":[{"text":"no"}],
    "device_info":{"audio_device_id":"mic","text":"no","deep":{"video_device_id":"no"}},
    "sdpMLineIndex":12,"audio_muted":true,"sdpMid":null,"sdp":["no"],"audio_device_id":"no"},
    {"text":"no"},"more"] )"s;
  const auto frame = parse_frame(text, phoenix_version::v2);
  BOOST_TEST_REQUIRE(frame.has_value());
  BOOST_TEST(literal_of(frame->join_ref) == "\"1\"");
  BOOST_TEST(literal_of(frame->ref) == "2");
  BOOST_TEST(frame->topic.text == "room:x");
  BOOST_TEST((*frame)[field::text].text == "yes");
  BOOST_TEST((*frame)[field::audio_device_id].text == "mic");
  BOOST_TEST((*frame)[field::video_device_id].is(kind::absent));
  BOOST_TEST((*frame)[field::sdp_m_line_index].as_integer().value() == 12);
  BOOST_TEST((*frame)[field::audio_muted].truth);
  BOOST_TEST((*frame)[field::sdp_mid].is(kind::null));
  BOOST_TEST((*frame)[field::sdp].is(kind::array));
  BOOST_TEST((*frame)[field::to_id].is(kind::absent));
}

BOOST_AUTO_TEST_CASE(of_keys_that_come_twice_the_last_one_counts) {
  auto text
    = R"({"payload":{"text":"a","device_info":{"audio_device_id":"m"}},"topic":"x",
    "topic":"t","event":"e","payload":{"to_id":"b","device_info":{"audio_device_id":"m"},
    "device_info":{"video_device_id":"c"}}})"s;
  const auto frame = parse_frame(text, phoenix_version::v1);
  BOOST_TEST_REQUIRE(frame.has_value());
  BOOST_TEST(frame->topic.text == "t");
  BOOST_TEST((*frame)[field::text].is(kind::absent));
  BOOST_TEST((*frame)[field::to_id].text == "b");
  BOOST_TEST((*frame)[field::audio_device_id].is(kind::absent));
  BOOST_TEST((*frame)[field::video_device_id].text == "c");
}

BOOST_AUTO_TEST_CASE(v1_takes_objects_with_topic_and_event) {
  const auto v1 = [](const char* text) { return is_frame(text, phoenix_version::v1); };
  BOOST_TEST(
    v1(R"({"topic":"t","event":"e","payload":{},"ref":null,"more":[{"topic":5}]})"));
  BOOST_TEST(v1(R"({"event":"e","topic":"t"})"));
  BOOST_TEST(!v1(R"({"event":"e"})"));
  BOOST_TEST(!v1(R"({"topic":"t"})"));
  BOOST_TEST(!v1(R"({"topic":"t","event":"e","ref":{}})"));
  BOOST_TEST(!v1(R"([null,"1","phoenix","heartbeat",{}])"));
}

BOOST_AUTO_TEST_CASE(escapes_and_utf8_mean_the_same) {
  auto text = R"([null,null,"t","e",{"text":)"
              R"("\ud83c\udfad \u00e9 \u0041 \u2028 🎭 \\ \/ \b\f\n\r\t \u0000"}])"s;
  const auto frame = parse_frame(text, phoenix_version::v2);
  BOOST_TEST_REQUIRE(frame.has_value());
  BOOST_TEST((*frame)[field::text].text == "🎭 é A \u2028 🎭 \\ / \b\f\n\r\t \0"s);
}

/// @returns What a text reads as that stands in a frame as `written`.
static std::string text_of(const std::string& written) {
  auto text = R"([null,null,"t","e",{"text":")" + written + "\"}]";
  return std::string{parse_frame(text, phoenix_version::v2).value()[field::text].text};
}

BOOST_AUTO_TEST_CASE(halves_of_surrogate_pairs_are_replaced) {
  const std::string half = "\xef\xbf\xbd";
  BOOST_TEST(text_of(R"(\ud83d)") == half);
  BOOST_TEST(text_of(R"(\uD83D)") == half);
  BOOST_TEST(text_of(R"(\udfad)") == half);
  BOOST_TEST(text_of(R"(a\ud83cb)") == "a" + half + "b");
  BOOST_TEST(text_of(R"(\ud83c\ud83c)") == half + half);
  BOOST_TEST(text_of(R"(\ud83c\ud83c\udfad)") == half + "🎭");
  BOOST_TEST(text_of(R"(\ud83c\udfad\udfad)") == "🎭" + half);
  BOOST_TEST(text_of(R"(\udfad\ud83c)") == half + half);
  BOOST_TEST(text_of(R"(\ud83c\u0041)") == half + "A");
  BOOST_TEST(text_of(R"(\ud83c\n)") == half + "\n");
  BOOST_TEST(text_of(R"(\ud7ff\ue000)") == "\xed\x9f\xbf\xee\x80\x80");
  // A backslash that is escaped itself escapes nothing.
  BOOST_TEST(text_of(R"(\\ud83c)") == R"(\ud83c)");
  BOOST_TEST(text_of(R"(\\\ud83c)") == "\\" + half);
  BOOST_TEST(is_frame(beat(R"({"\udfad":1})")), "in keys, too");
}

BOOST_AUTO_TEST_CASE(integers_are_whole_and_fit) {
  const auto number = [](const std::string& literal) {
    auto text = "[null,null,\"t\",\"e\",{\"last_seq\":" + literal + "}]";
    return parse_frame(text, phoenix_version::v2).value()[field::last_seq].as_integer();
  };
  BOOST_TEST(number("0").value() == 0);
  BOOST_TEST(number("-7").value() == -7);
  BOOST_TEST(number("9223372036854775807").value() == INT64_MAX);
  BOOST_TEST(!number("9223372036854775808"));
  BOOST_TEST(!number("99999999999999999999999999"));
  BOOST_TEST(!number("1.0"));
  BOOST_TEST(!number("1e2"));
  BOOST_TEST(!number("\"5\""));
  BOOST_TEST(!number("true"));
}
