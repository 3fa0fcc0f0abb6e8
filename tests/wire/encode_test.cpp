// Goal: what clients read is JSON that says what was meant, in as few bytes as JSON
// allows, encoded once for all who read the same.
#define BOOST_TEST_MODULE greenroom_wire_encode
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/vocabulary/limits.hpp"
#include "protocol/vocabulary/text.hpp"
#include "protocol/wire/json_writer.hpp"
#include "protocol/wire/phoenix_decode.hpp"
#include "protocol/wire/phoenix_encode.hpp"
#include "protocol/wire/phoenix_frame.hpp"
#include "tests/wire/recording_host.hpp"

using namespace greenroom;
using namespace greenroom::wire;
using std::string_literals::operator""s;

static std::string escaped(std::string_view text) {
  json_text result;
  append_escaped(result, text);
  return result.str();
}

BOOST_AUTO_TEST_CASE(only_what_json_requires_is_escaped) {
  BOOST_TEST(escaped("") == "");
  BOOST_TEST(escaped("plain / text") == "plain / text");
  BOOST_TEST(escaped("\"\\") == "\\\"\\\\");
  BOOST_TEST(escaped("\b\f\n\r\t") == "\\b\\f\\n\\r\\t");
  BOOST_TEST(escaped("\0\x01\x1f"s) == "\\u0000\\u0001\\u001f");
  BOOST_TEST(escaped("\x7f é \u2028 🎭 <>&'") == "\x7f é \u2028 🎭 <>&'");
  BOOST_TEST(escaped("\na\nb") == "\\na\\nb");
}

/// Every place at which a special byte may stand in what is looked at in one go.
BOOST_AUTO_TEST_CASE(specials_are_found_wherever_they_stand) {
  for (std::size_t size = 1; size < 70; ++size)
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'x');
      text[at] = '\n';
      if (at % 3 == 0)
        text[size - 1] = '"';
      std::string expected;
      for (const char c : text)
        c == 'x' ? expected += c : expected += c == '"' ? "\\\"" : "\\n";
      BOOST_REQUIRE(escaped(text) == expected);
    }
}

BOOST_AUTO_TEST_CASE(text_keeps_what_it_has_when_it_grows) {
  json_text text;
  std::string expected;
  for (int count = 0; count < 5000; ++count) {
    const auto piece = std::to_string(count);
    text += std::string_view{piece};
    text += ',';
    expected += piece + ',';
  }
  text += std::string_view{expected};
  BOOST_TEST((text.view() == expected + expected));
}

BOOST_AUTO_TEST_CASE(numbers_and_nulls) {
  json_text out;
  {
    object_writer object{out};
    object.member("a", INT64_MIN).member("b", UINT64_MAX).member("c", true);
    object.member("d", std::optional<std::int32_t>{}).member("e", std::optional{-5});
    object.member("f", std::optional<std::string>{"x"}).member("g", "y");
  }
  BOOST_TEST(out.view()
             == R"({"a":-9223372036854775808,"b":18446744073709551615,"c":true,"d":null,)"
                R"("e":-5,"f":"x","g":"y"})");
}

BOOST_AUTO_TEST_CASE(every_refusal_has_its_code_and_fields) {
  BOOST_TEST(
    refusal_object(capacity_reached{6}, "x")
    == R"({"error":"capacity","reason":"error:capacity","room_id":"x","limit":6})");
  BOOST_TEST(refusal_object(invalid_payload{"chat:\"msg", {"text a", "text b"}}, "x")
             == R"({"error":"invalid_payload","reason":"error:invalid_payload",)"
                R"("event":"chat:\"msg","reasons":["text a","text b"]})");
  BOOST_TEST(
    refusal_object(unknown_peer{"nobody"}, "x")
    == R"({"error":"unknown_peer","reason":"error:unknown_peer","to_id":"nobody"})");
  BOOST_TEST(refusal_object(not_in_room{}, "x")
             == R"({"error":"not_in_room","reason":"error:not_in_room"})");
  BOOST_TEST(
    refusal_object(unavailable{2000}, "x")
    == R"({"error":"unavailable","reason":"error:unavailable","retry_after_ms":2000})");
}

BOOST_AUTO_TEST_CASE(a_presence_version_is_sixteen_characters) {
  auto one = test::present('A', 0x0102030405060708, UINT64_MAX);
  const auto roster = roster_object({one});
  const auto ref = roster.substr(roster.find("\"phx_ref\":\"") + 11, 16);
  std::string bytes;
  BOOST_TEST(decode_base64url(ref, bytes));
  BOOST_TEST(bytes == "\0\0\0\0\1\2\3\4\5\6\7\x8"s);
  BOOST_TEST(roster.find(R"("phx_ref_prev":"AAAAAP__________")") != roster.npos);
  BOOST_TEST(roster_object({}) == "{}");
}

BOOST_AUTO_TEST_CASE(an_sdp_never_outgrows_the_message_that_it_came_in) {
  // Control characters must come as six bytes each, and go as no more.
  for (const auto* spelled :
       {"\\r\\n", "\\u0001", "\\\"", "\\u0008", "\\u00e9", "\x7f"}) {
    std::string sdp;
    for (int count = 0; count < 1000; ++count)
      sdp += spelled;
    auto text = R"(["1","2","room:x","signal:offer",{"to_id":")"
                + test::person('B').to_string() + R"(","sdp":")" + sdp + "\"}]";
    const auto size = text.size();
    const auto frame = parse_frame(text, phoenix_version::v2);
    const auto plain_size = (*frame)[field::sdp].size();
    const auto push = decode_push(*frame, "x", size);
    const room_event event{"x", 1,
                           signal_delivered{test::person('A'), test::person('B'),
                                            std::get<send_signal>(push.what).what, 5}};
    const auto out = encode_event(phoenix_version::v2, {"room:x", "\"1\"", {}}, event,
                                  false);
    BOOST_TEST(out.size() < size + 256);
    BOOST_TEST(weight_of(event) >= plain_size);
  }
}

/// A connection that has joined "room:x" as slot 1.
struct joined {
  explicit joined(phoenix_version version, bool resumable = false)
    : codec(make_phoenix(version)), host(*codec) {
    std::string join = R"(["1","1","room:x","phx_join",{"display_name":"Ann"}])";
    if (version == phoenix_version::v1)
      join
        = R"({"topic":"room:x","event":"phx_join","ref":"1","payload":{"display_name":"A"}})";
    codec->receive(join, 0, host);
    auto seat = std::make_shared<admission>();
    seat->resumable = resumable;
    codec->hear(1, session_opened{std::move(seat), {}, {}}, host);
  }

  std::string encode(const room_event& event) {
    json_text out;
    out += "before ";
    BOOST_TEST(codec->encode(1, event, out));
    BOOST_TEST(out.view().starts_with("before "));
    return std::string{out.view().substr(7)};
  }

  std::unique_ptr<dialect> codec;
  test::recording_host host;
};

BOOST_AUTO_TEST_CASE(a_broadcast_is_encoded_once_for_all_who_read_the_same) {
  joined ann{phoenix_version::v2}, bob{phoenix_version::v2};
  joined resumable{phoenix_version::v2, true}, old{phoenix_version::v1};
  const room_event chat{"x", 7, chat_said{test::person('A'), "Ann", "hello", 5}};
  const auto made = [&chat] {
    return std::ranges::count_if(
      chat.frames, [](const auto& frame) { return frame.load() != nullptr; });
  };
  const auto text = ann.encode(chat);
  const auto& shared = chat.frames[static_cast<std::size_t>(encoding::phoenix_v2)];
  const auto frame = shared.load();
  BOOST_TEST_REQUIRE(frame != nullptr);
  BOOST_TEST(text == *frame);
  BOOST_TEST(text == bob.encode(chat));
  BOOST_TEST(shared.load() == frame);
  BOOST_TEST(made() == 1);
  const auto numbered = resumable.encode(chat);
  BOOST_TEST(numbered.ends_with(R"("ts":5,"seq":7}])"));
  BOOST_TEST(old.encode(chat).starts_with(R"({"topic":)"));
  BOOST_TEST(made() == 3);

  // Nothing to number: nothing differs.
  presence_changed news;
  news.joins.push_back(test::present('A', 1));
  const auto diff = std::make_shared<const room_event>("x", 0, std::move(news));
  BOOST_TEST(ann.encode(*diff) == resumable.encode(*diff));

  const auto offer = std::make_shared<const room_event>(
    "x", 8,
    signal_delivered{test::person('A'), test::person('B'), session_description{}, 5});
  BOOST_TEST(ann.encode(*offer) == bob.encode(*offer));
  for (const auto& kept : offer->frames)
    BOOST_TEST(kept.load() == nullptr);
}

BOOST_AUTO_TEST_CASE(text_grows_in_the_middle_of_anything) {
  for (std::size_t size = 900; size <= 1100; ++size) {
    const std::string before(size, 'x');
    json_text text;
    text += before;
    {
      object_writer object{text};
      object.member("at", std::int64_t{1'700'000'000'000})
        .member("candidate", json_string{"host"})
        .member("is_last", true)
        .member("sdpMid", std::optional<json_string>{});
      object.key(std::string_view{"who"}) += "0";
    }
    BOOST_TEST_REQUIRE(text.view()
                       == before + R"({"at":1700000000000,"candidate":"host",)"
                            + R"("is_last":true,"sdpMid":null,"who":0})");
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_encoded_for_who_does_not_listen) {
  joined ann{phoenix_version::v2};
  const room_event chat{"x", 7, chat_said{test::person('A'), "Ann", "hello", 5}};
  json_text text;
  BOOST_TEST(!ann.codec->encode(2, chat, text));
  std::string leave = R"(["1","2","room:x","phx_leave",{}])";
  ann.codec->receive(leave, 0, ann.host);
  BOOST_TEST(!ann.codec->encode(1, chat, text));
  ann.codec->hear(1, room_left{}, ann.host);
  BOOST_TEST(!ann.codec->encode(1, chat, text));
  BOOST_TEST(text.size() == 0u);
}

BOOST_AUTO_TEST_CASE(versions_of_the_framing) {
  BOOST_TEST((phoenix_version_of("") == phoenix_version::v1));
  BOOST_TEST((phoenix_version_of("1.0.0") == phoenix_version::v1));
  BOOST_TEST((phoenix_version_of("2.0.0") == phoenix_version::v2));
  BOOST_TEST((phoenix_version_of("2.0.17") == phoenix_version::v2));
  for (const auto* vsn :
       {"2", "2.0", "2.0.", "2.1.0", "3.0.0", "1.1.0", "2.0.0 ", "2.0.x", "x"})
    BOOST_TEST(!phoenix_version_of(vsn), vsn);
}
