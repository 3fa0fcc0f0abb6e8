// Goal: what goes over the wire is read as it is meant, whatever stands in it, and a
// prepared frame is the frame that it stands for.
#define BOOST_TEST_MODULE greenroom_load_message
#include <boost/test/unit_test.hpp>

#include <string>

#include "tools/greenroom-load/marker.hpp"
#include "tools/greenroom-load/message.hpp"
#include "tools/greenroom-load/websocket.hpp"

using namespace greenroom::load;

BOOST_AUTO_TEST_CASE(an_envelope_is_read) {
  const auto read = read_message(
    R"([ "1", null , "room:a\"],[" ,"chat:msg", {"a":["]"]} ])");
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(read->ref == "null");
  BOOST_TEST(read->topic == R"(room:a\"],[)");
  BOOST_TEST(read->event == "chat:msg");
  BOOST_TEST(read->payload == R"({"a":["]"]} )");
}

BOOST_AUTO_TEST_CASE(what_is_no_envelope_is_none) {
  for (const char* text :
       {"", "[", "{}", R"(["1","2"])", R"(["1","2","a","b")", R"(["1","2","a","b\",{}])"})
    BOOST_TEST(!read_message(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(a_marker_survives_its_way) {
  const marker sent{.from = {0xABCDEF, 0x1234},
                    .to = {5, 6},
                    .number = 0xFFFFFFFF,
                    .due_ns = 0x123456789ABC};
  const auto text = encode(sent);
  const auto found = find_marker("xx" + std::string{text.data(), text.size()} + "yy");
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST((found->from == sent.from));
  BOOST_TEST((found->to == sent.to));
  BOOST_TEST(found->number == sent.number);
  BOOST_TEST(found->due_ns == sent.due_ns);
}

BOOST_AUTO_TEST_CASE(a_broken_marker_is_none) {
  const auto text = encode(marker{});
  std::string broken{text.data(), text.size()};
  BOOST_TEST(!find_marker(broken.substr(0, marker_bytes - 1)).has_value());
  for (const char other : {'g', 'F', ' ', '\0'}) {
    broken[7] = other;
    BOOST_TEST(!find_marker(broken).has_value(), other);
  }
}

BOOST_AUTO_TEST_CASE(presence_says_who_is_meant_and_who_is_a_stranger) {
  const auto name = encode(stay_name{7, 3});
  const auto people = read_presence_state(
    R"({"id-1":{"metas":[{"display_name":")" + std::string{name.data(), name.size()}
    + R"(","phx_ref":"r"}]},"id-2":{"metas":[{"display_name":"Eve","phx_ref":"s"}]}})");
  BOOST_TEST_REQUIRE(people.has_value());
  BOOST_TEST_REQUIRE(people->size() == 2u);
  BOOST_TEST((people->at(0).who == stay_name{7, 3}));
  BOOST_TEST(people->at(0).version == "r");
  BOOST_TEST(!people->at(1).who.has_value());
  BOOST_TEST(!read_presence_state(R"({"id-1":{}})").has_value());
  BOOST_TEST(!read_presence_diff(R"({"joins":{}})").has_value());
}

BOOST_AUTO_TEST_CASE(a_check_in_full_compares_all_of_it) {
  const expectation wanted{
    .from_id = "a", .to_id = "b", .field = "sdp", .mark = "@", .rest = "x\r\n"};
  BOOST_TEST(fulfils(R"({"from_id":"a","to_id":"b","sdp":"@x\r\n"})", wanted));
  for (const char* text :
       {R"({"from_id":"c","to_id":"b","sdp":"@x\r\n"})", R"({"from_id":"a","to_id":"b"})",
        R"({"from_id":"a","to_id":"c","sdp":"@x\r\n"})",
        R"({"from_id":"a","to_id":"b","sdp":"@x\r"})",
        R"({"from_id":"a","to_id":"b","sdp":"@x\r\n)"})
    BOOST_TEST(!fulfils(text, wanted), text);
}

/// What a server would read.
static std::string unmasked(std::string_view frame) {
  const auto size = static_cast<unsigned char>(frame[1]) & 127;
  const std::size_t key = size < 126 ? 2 : size == 126 ? 4 : 10;
  std::string result{frame.substr(key + 4)};
  for (std::size_t at = 0; at < result.size(); ++at)
    result[at] = static_cast<char>(result[at] ^ frame[key + at % 4]);
  return result;
}

BOOST_AUTO_TEST_CASE(a_patched_frame_is_the_frame_with_other_fields) {
  for (const std::size_t size : {1u, 60u, 200u, 70'000u}) {
    const std::string filler(size, 'f');
    const prepared_frame frame{"ab" + filler + "FIELD-OF-17-BYTES" + "c"};
    std::string out = "before";
    char* copy = frame.append_to(out);
    frame.patch(copy, frame.find("FIELD"), "other-of-17-bytes");
    BOOST_TEST(unmasked(std::string_view{out}.substr(6))
               == "ab" + filler + "other-of-17-bytes" + "c");
  }
}

BOOST_AUTO_TEST_CASE(frames_are_cut_at_any_place) {
  const std::string bytes{"\x81\x02hi\x89\x00\x82\x7E\x00\x7E", 10};
  const auto all = bytes + std::string(126, 'x');
  for (std::size_t end = 0; end <= all.size(); ++end) {
    auto rest = std::string_view{all}.substr(0, end);
    std::size_t count = 0;
    while (take_frame(rest))
      ++count;
    BOOST_TEST(count == (end < 4 ? 0u : end < 6 ? 1u : end < all.size() ? 2u : 3u));
  }
}

BOOST_AUTO_TEST_CASE(what_no_server_may_send_is_refused) {
  for (const std::string bytes : {"\xC1\x01x", "\x81\x81xxxxx"}) {
    std::string_view rest = bytes;
    BOOST_CHECK_THROW(take_frame(rest), std::runtime_error);
  }
}
