// Goal: ids are version 4 UUIDs with one spelling each, and room ids may stand in
// a path and in a log.
#define BOOST_TEST_MODULE greenroom_ids
#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

#include "protocol/vocabulary/ids.hpp"

using namespace greenroom;
using std::string_literals::operator""s;

BOOST_AUTO_TEST_CASE(random_ids_are_version_4) {
  BOOST_TEST(participant_id::from_random(0, 0).to_string()
             == "00000000-0000-4000-8000-000000000000");
  BOOST_TEST(participant_id::from_random(~0ull, ~0ull).to_string()
             == "ffffffff-ffff-4fff-bfff-ffffffffffff");
  BOOST_TEST(!participant_id::from_random(0, 0).is_nil());
  BOOST_TEST(participant_id{}.is_nil());
}

BOOST_AUTO_TEST_CASE(an_id_is_read_as_it_was_written) {
  std::mt19937_64 random{5};
  for (int round = 0; round < 1000; ++round) {
    const auto id = participant_id::from_bits(random(), random());
    const auto text = id.to_string();
    BOOST_TEST(text.size() == participant_id::text_size);
    BOOST_TEST((participant_id::parse(text) == id));
  }
}

BOOST_AUTO_TEST_CASE(the_order_of_ids_is_the_order_of_their_texts) {
  std::mt19937_64 random{6};
  auto former = participant_id::from_bits(random(), random());
  for (int round = 0; round < 1000; ++round) {
    const auto id = round % 2 == 0 ? participant_id::from_bits(former.high(), random())
                                   : participant_id::from_bits(random(), random());
    BOOST_TEST((id < former) == (id.to_string() < former.to_string()));
    former = id;
  }
}

BOOST_AUTO_TEST_CASE(an_id_has_one_spelling) {
  const auto good = "01234567-89ab-4cde-8f01-23456789abcd"s;
  BOOST_TEST(participant_id::parse(good).has_value());
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char other : {'-', 'g', 'A', ' ', '\0', '/', ':', '`', '\xE9'}) {
      auto text = good;
      if (text[at] == other)
        continue;
      text[at] = other;
      BOOST_TEST(!participant_id::parse(text).has_value(), text);
    }
  }
  for (const auto& text : {""s, good + " "s, good.substr(1), "{" + good + "}",
                           "0123456789ab4cde8f0123456789abcd"s})
    BOOST_TEST(!participant_id::parse(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(room_ids_may_stand_in_a_path) {
  for (const auto& text :
       {"x"s, std::string(128, 'r'), "a b:c?d#e%2F\"\\"s, "日本語 🎭"s, " "s, "."s})
    BOOST_TEST(is_valid_room_id(text), text);
  for (const auto& text : {""s, std::string(129, 'r'), "a/b"s, "/"s, "a\0b"s, "\n"s,
                           "a\x1f"s, "\x7f"s, "\xff"s, "\xe2\x82"s, "\xed\xa0\x80"s})
    BOOST_TEST(!is_valid_room_id(text), text);
}
