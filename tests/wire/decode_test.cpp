// Goal: payloads become the commands that they ask for, at each limit exactly, and
// what was encoded decodes to itself.
#define BOOST_TEST_MODULE greenroom_wire_decode
#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

#include "protocol/vocabulary/limits.hpp"
#include "protocol/wire/json_writer.hpp"
#include "protocol/wire/phoenix_decode.hpp"
#include "protocol/wire/phoenix_encode.hpp"
#include "tests/wire/people.hpp"

using namespace greenroom;
using namespace greenroom::wire;

static std::string repeat(std::string_view part, std::size_t count) {
  std::string result;
  for (; count > 0; --count)
    result += part;
  return result;
}

static std::string quoted(std::string_view text) {
  json_text result;
  append_string(result, text);
  return result.str();
}

static push_body decode(const std::string& event, const std::string& payload) {
  auto text = R"(["1","2","room:x",)" + quoted(event) + ',' + test::expand(payload) + ']';
  return decode_push(parse_frame(text, phoenix_version::v2).value(), "x", text.size())
    .what;
}

static std::variant<join_request, invalid_payload> join(const std::string& payload,
                                                        const std::string& room = "x") {
  auto text = R"(["1","1",)" + quoted("room:" + room) + R"(,"phx_join",)" + payload + ']';
  return decode_join(parse_frame(text, phoenix_version::v2).value(), room);
}

static bool joins(const std::string& payload, const std::string& room = "x") {
  return std::holds_alternative<join_request>(join(payload, room));
}

template <class Command>
static bool is(const push_body& body) {
  return std::holds_alternative<Command>(body);
}

/// The one reason for a refusal; empty if there is none, or more than one.
static std::string reason(const push_body& body) {
  const auto* refused = std::get_if<refused_push>(&body);
  const auto* fault = refused ? std::get_if<invalid_payload>(&refused->why) : nullptr;
  return fault && fault->reasons.size() == 1 ? fault->reasons.front() : "";
}

BOOST_AUTO_TEST_CASE(chat_has_1_to_500_code_points) {
  const auto chat = [](const std::string& text) {
    return decode("chat:msg", "{\"text\":" + quoted(text) + '}');
  };
  for (const auto* one : {"x", "🎭", "é", "&", "\\"}) {
    BOOST_TEST(std::get<say_chat>(chat(repeat(one, 500))).text == repeat(one, 500));
    BOOST_TEST(reason(chat(repeat(one, 501))).starts_with("text "));
  }
  BOOST_TEST(is<say_chat>(chat("x")));
  BOOST_TEST(reason(chat("")).starts_with("text "));
  BOOST_TEST(is<say_chat>(
    decode("chat:msg", "{\"text\":\"" + repeat("\\ud83c\\udfad", 500) + "\"}")));
  BOOST_TEST(is<say_chat>(chat(std::string(3, '\0'))), "even zero bytes are characters");
}

BOOST_AUTO_TEST_CASE(display_names_have_1_to_64_code_points) {
  const auto named = [](const std::string& name) {
    return joins("{\"display_name\":" + quoted(name) + '}');
  };
  BOOST_TEST(named("x"));
  BOOST_TEST(named(repeat("🎭", 64)));
  BOOST_TEST(!named(repeat("🎭", 65)));
  BOOST_TEST(!named(""));
}

BOOST_AUTO_TEST_CASE(an_sdp_has_up_to_a_mebibyte_after_decoding) {
  const auto offer = [](const std::string& sdp) {
    return decode("signal:offer", R"({"to_id":"$B","sdp":)" + quoted(sdp) + '}');
  };
  const auto largest = repeat("\r\n", limits::sdp_bytes_max / 2);
  const auto body = offer(largest);
  BOOST_TEST_REQUIRE(is<send_signal>(body));
  const auto& signal = std::get<send_signal>(body).what;
  BOOST_TEST((std::get<session_description>(signal).sdp == to_json_string(largest)));
  BOOST_TEST(reason(offer(largest + 'x')).starts_with("sdp "));
  BOOST_TEST(is<send_signal>(offer("")), "it is relayed unread");
}

BOOST_AUTO_TEST_CASE(an_sdp_goes_on_as_it_came) {
  const auto sdp_of = [](const std::string& spelled) {
    const auto body = decode("signal:offer",
                             R"({"to_id":"$B","sdp":")" + spelled + "\"}");
    const auto& what = std::get<send_signal>(body).what;
    return std::string{std::get<session_description>(what).sdp.escaped()};
  };
  for (const auto* usual : {"", "v=0", R"(v=0\r\na=\"b\"\r\n)", R"(\\\/\b\f\t)", "🎭\\n"})
    BOOST_TEST(sdp_of(usual) == usual);
  BOOST_TEST(sdp_of(R"(v=0\u000d\u000a\u0001\u00e9)") == R"(v=0\r\n\u0001é)");
}

BOOST_AUTO_TEST_CASE(candidates_have_up_to_2_kibibytes) {
  const auto ice = [](const std::string& candidate, const std::string& mid) {
    return decode("signal:ice", R"({"to_id":"$B","candidate":)" + quoted(candidate)
                                  + ",\"sdpMid\":" + quoted(mid) + '}');
  };
  BOOST_TEST(is<send_signal>(ice(repeat("é", 1024), std::string(256, 'm'))));
  BOOST_TEST(reason(ice(repeat("é", 1024) + "x", "0")).starts_with("candidate "));
  BOOST_TEST(reason(ice("c", std::string(257, 'm'))).starts_with("sdpMid "));
}

BOOST_AUTO_TEST_CASE(device_ids_have_up_to_256_bytes) {
  const auto named = [](const std::string& id) {
    return joins(R"({"display_name":"x","device_info":{"video_device_id":)" + quoted(id)
                 + "}}");
  };
  BOOST_TEST(named(std::string(256, 'd')));
  BOOST_TEST(named(""));
  BOOST_TEST(!named(std::string(257, 'd')));
}

BOOST_AUTO_TEST_CASE(room_ids_have_1_to_128_bytes_of_visible_text) {
  const std::string params = R"({"display_name":"x"})";
  for (const auto& room :
       {std::string(128, 'r'), repeat("é", 64), std::string{"a b:c\"\\ 🎭 %2F"}})
    BOOST_TEST(joins(params, room), room);
  for (const auto& room : {std::string{}, std::string(129, 'r'), repeat("é", 64) + "x",
                           std::string{"a/b"}, std::string{"a\nb"}, std::string{"\x7f"}})
    BOOST_TEST(!joins(params, room), room);
  BOOST_TEST(joins(R"({"display_name":"x","room_id":"\u0078"})"));
  BOOST_TEST(!joins(R"({"display_name":"x","room_id":"X"})"));
}

BOOST_AUTO_TEST_CASE(whom_a_signal_is_for) {
  const auto to = [](const std::string& to_id) {
    return decode("signal:answer", R"({"sdp":"v=0","to_id":)" + quoted(to_id) + '}');
  };
  const auto is_unknown = [&](const std::string& to_id) {
    const auto body = to(to_id);
    const auto* refused = std::get_if<refused_push>(&body);
    const auto* peer = refused ? std::get_if<unknown_peer>(&refused->why) : nullptr;
    return peer && peer->to_id == to_id;
  };
  BOOST_TEST(
    (std::get<send_signal>(to(test::person('C').to_string())).to == test::person('C')));
  BOOST_TEST(is_unknown("x"));
  BOOST_TEST(is_unknown(std::string(64, 'x')));
  BOOST_TEST(is_unknown("00000000-0000-0000-0000-00000000000A"), "ids are lower case");
  BOOST_TEST(reason(to("")).starts_with("to_id "));
  BOOST_TEST(reason(to(std::string(65, 'x'))).starts_with("to_id "));
}

BOOST_AUTO_TEST_CASE(an_overlong_token_joins_anew) {
  const auto request = [](std::size_t size) {
    return std::get<join_request>(
      join(R"({"display_name":"x","resume":")" + std::string(size, 't') + "\"}"));
  };
  BOOST_TEST(request(limits::resume_token_bytes_max).resume_token.size() == 512u);
  BOOST_TEST(request(limits::resume_token_bytes_max + 1).resume_token.empty());
  BOOST_TEST(request(limits::resume_token_bytes_max + 1).resumable);
}

BOOST_AUTO_TEST_CASE(bytes_are_those_of_the_message) {
  std::string text = R"(["1","2","room:x","chat:msg",{"text":"x"}])";
  const auto size = text.size();
  const auto push = decode_push(parse_frame(text, phoenix_version::v2).value(), "x",
                                size);
  BOOST_TEST(push.bytes == size);
  BOOST_TEST(push.tag.ref == "\"2\"");
}

/// Any code point may come: those that JSON escapes, and those that UTF-8 spells
/// in one to four bytes.
static std::string random_text(std::mt19937_64& random, std::size_t size_max) {
  static const std::string_view pieces[]{
    "a",          " ",      "\"",
    "\\",         "/",      "\r\n",
    "\t",         "\b\f",   std::string_view{"\0", 1},
    "\x1f",       "\x7f",   "é",
    "\u2028",     "\uffff", "🎭",
    "\U0010ffff", "&<>'"};
  std::string result;
  for (auto count = random() % (size_max / 4); count > 0; --count)
    result += pieces[random() % std::size(pieces)];
  return result;
}

BOOST_AUTO_TEST_CASE(decoding_an_encoded_signal_gives_the_signal) {
  std::mt19937_64 random{7};
  for (int round = 0; round < 500; ++round) {
    signal original = session_description{round % 2 == 0
                                            ? session_description::kind::offer
                                            : session_description::kind::answer,
                                          to_json_string(random_text(random, 4000))};
    if (round % 3 == 0) {
      ice_candidate candidate;
      candidate.candidate = to_json_string(random_text(random, 500));
      candidate.end_of_candidates = candidate.candidate.empty() || round % 2 == 0;
      if (round % 2 == 0)
        candidate.sdp_mid = to_json_string(random_text(random, 60));
      if (round % 5 == 0)
        candidate.sdp_m_line_index = static_cast<std::int32_t>(random() % 65536);
      original = candidate;
    }
    const room_event event{
      "x", 9, signal_delivered{test::person('A'), test::person('B'), original, 5}};
    for (const auto version : {phoenix_version::v1, phoenix_version::v2}) {
      auto text = encode_event(version, {"room:x", "\"1\"", {}}, event, round % 2 == 0);
      const auto before = text;
      const auto frame = parse_frame(text, version);
      BOOST_TEST_REQUIRE(frame.has_value(), before);
      const auto push = decode_push(*frame, "x", before.size());
      BOOST_TEST_REQUIRE(is<send_signal>(push.what), before);
      const auto& again = std::get<send_signal>(push.what);
      BOOST_TEST((again.to == test::person('B')));
      const room_event copy{"x", 9,
                            signal_delivered{test::person('A'), again.to, again.what, 5}};
      BOOST_TEST(encode_event(version, {"room:x", "\"1\"", {}}, copy, round % 2 == 0)
                 == before);
    }
  }
}

BOOST_AUTO_TEST_CASE(decoding_an_encoded_media_update_gives_the_update) {
  for (int bits = 0; bits < 32; ++bits) {
    media_state media{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, {}};
    if ((bits & 8) != 0)
      media.devices.audio_device_id = "mic \"1\"";
    if ((bits & 16) != 0)
      media.devices.video_device_id = "";
    const room_event event{"x", 9, media_updated{test::person('A'), media, 5}};
    auto text = encode_event(phoenix_version::v2, {"room:x", {}, {}}, event, false);
    const auto push = decode_push(parse_frame(text, phoenix_version::v2).value(), "x", 1);
    BOOST_TEST((std::get<update_media>(push.what).media == media));
    BOOST_TEST(std::get<update_media>(push.what).devices_given);
  }
}
