// Goal: text is judged and counted as RFC 3629 and RFC 4648 say, byte for byte.
#define BOOST_TEST_MODULE greenroom_text
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <random>
#include <string>

#include "protocol/vocabulary/text.hpp"

using namespace greenroom;
using std::string_literals::operator""s;

/// UTF-8 as the RFC's table spells it; also for what must not be spelled.
static std::string spell(std::uint32_t code_point) {
  const auto tail = [&](int shift) {
    return static_cast<char>(0x80 | ((code_point >> shift) & 0x3F));
  };
  const auto lead = [&](int mark, int shift) {
    return static_cast<char>(mark | (code_point >> shift));
  };
  if (code_point < 0x80)
    return {static_cast<char>(code_point)};
  if (code_point < 0x800)
    return {lead(0xC0, 6), tail(0)};
  if (code_point < 0x10000)
    return {lead(0xE0, 12), tail(6), tail(0)};
  return {lead(0xF0, 18), tail(12), tail(6), tail(0)};
}

BOOST_AUTO_TEST_CASE(every_code_point_is_utf8_but_surrogates) {
  for (std::uint32_t code_point = 0; code_point < 0x110000; ++code_point) {
    const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    const auto text = spell(code_point);
    if (is_utf8(text) == is_surrogate)
      BOOST_ERROR("code point " + std::to_string(code_point));
    if (!is_surrogate && code_point_count(text) != 1)
      BOOST_ERROR("counted wrongly: " + std::to_string(code_point));
  }
  for (std::uint32_t beyond = 0x110000; beyond < 0x200000; beyond += 0xFFF)
    BOOST_TEST(!is_utf8(spell(beyond)));
}

BOOST_AUTO_TEST_CASE(what_is_no_utf8) {
  for (const auto* text : {"\x80",
                           "\xBF",
                           "\xC0\x80",
                           "\xC1\xBF",
                           "\xE0\x80\x80",
                           "\xE0\x9F\xBF",
                           "\xF0\x80\x80\x80",
                           "\xF0\x8F\xBF\xBF",
                           "\xF4\x90\x80\x80",
                           "\xF5\x80\x80\x80",
                           "\xFE",
                           "\xFF",
                           "\xC2",
                           "\xE2\x82",
                           "\xF0\x9F\x8E",
                           "\xC2\x41",
                           "\xE2\x28\xA1",
                           "\xE2\x82\x28",
                           "\xF0\x9F\x8E\x41",
                           "\xED\xB0\x80"}) {
    // Wherever it stands among ASCII, which is skipped in strides.
    for (std::size_t before = 0; before < 10; ++before)
      BOOST_TEST(!is_utf8(std::string(before, 'a') + text + std::string(before, 'a')));
  }
}

BOOST_AUTO_TEST_CASE(what_is_utf8) {
  for (const auto& text :
       {""s, "\0"s, "plain"s, "more than eight"s, "é🎭\u2028"s, "aaaaaaaé"s, "aaaaaaaaé"s,
        "\u0800\uFFFF\U00010000\U0010FFFF"s, "\x7F"s})
    BOOST_TEST(is_utf8(text), text);
}

BOOST_AUTO_TEST_CASE(code_points_count_not_bytes_nor_graphemes) {
  BOOST_TEST(code_point_count("") == 0u);
  BOOST_TEST(code_point_count("abc") == 3u);
  BOOST_TEST(code_point_count("é🎭") == 2u);
  BOOST_TEST(code_point_count("e\u0301") == 2u);
  BOOST_TEST(code_point_count("👨\u200d👩\u200d👧\u200d👦") == 7u);
}

BOOST_AUTO_TEST_CASE(base64url_of_the_rfc) {
  const std::pair<const char*, const char*> vectors[]{{"", ""},
                                                      {"f", "Zg"},
                                                      {"fo", "Zm8"},
                                                      {"foo", "Zm9v"},
                                                      {"foob", "Zm9vYg"},
                                                      {"fooba", "Zm9vYmE"},
                                                      {"foobar", "Zm9vYmFy"},
                                                      {"\xFB\xFF", "-_8"}};
  std::string decoded;
  for (const auto& [bytes, text] : vectors) {
    BOOST_TEST(base64url(bytes) == text);
    BOOST_TEST(decode_base64url(text, decoded));
    BOOST_TEST(decoded == bytes);
  }
}

BOOST_AUTO_TEST_CASE(base64_of_either_alphabet_with_or_without_padding) {
  std::string decoded;
  for (const auto* text : {"-_8", "+/8", "-_8=", "+/8="}) {
    BOOST_TEST(decode_base64url(text, decoded), text);
    BOOST_TEST(decoded == "\xFB\xFF");
  }
  BOOST_TEST(decode_base64url("Zg==", decoded));
  BOOST_TEST(decoded == "f");
}

BOOST_AUTO_TEST_CASE(what_is_no_base64) {
  std::string decoded;
  for (const auto& text :
       {"Z"s, "Zm9vY"s, "Zg="s, "Zg==="s, "Z==="s, "===="s, "="s, "Zm9v===="s, "Zm 9"s,
        "Zm9\n"s, "Zm9v!"s, "Zg\0\0"s, "é"s, "=Zm9"s, "Z=g="s,
        // Bits that stand for nothing: one text per value.
        "Zh"s, "Zm9"s})
    BOOST_TEST(!decode_base64url(text, decoded), text);
}

BOOST_AUTO_TEST_CASE(base64url_gives_back_what_it_was_given) {
  std::mt19937_64 random{3};
  std::string decoded;
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes;
    while (bytes.size() < size)
      bytes.push_back(static_cast<char>(random()));
    const auto text = base64url(bytes);
    BOOST_TEST(text.size() == (size * 4 + 2) / 3);
    BOOST_TEST(decode_base64url(text, decoded));
    BOOST_TEST((decoded == bytes));
  }
}
