// Goal: a line of the journal says what happened, on one line, and nobody can
// make it say anything else by the name of a room.
#define BOOST_TEST_MODULE greenroom_net_journal
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>

#include "protocol/vocabulary/text.hpp"
#include "tests/support/json.hpp"
#include "tools/greenroom/journal_text.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom;

static journal_entry full_entry() {
  journal_entry entry;
  entry.event = "signal:offer";
  entry.room_id = "demo";
  entry.from_id = participant_id::from_bits(0x0011223344556677, 0x8899aabbccddeeff);
  entry.to_id = participant_id::from_bits(1, 2);
  entry.detail = "routed";
  entry.address = "192.0.2.1";
  entry.presences_count = 2;
  entry.bytes = 101;
  entry.ts = 1'700'000'000'000;
  return entry;
}

BOOST_AUTO_TEST_CASE(text_reads_well) {
  BOOST_TEST(render(full_entry(), journal_format::text)
             == "signal:offer room_id=demo from_id=00112233-4455-6677-8899-aabbccddeeff "
                "to_id=00000000-0000-0001-0000-000000000002 detail=routed "
                "address=192.0.2.1 presences_count=2 bytes=101 ts=1700000000000");
}

BOOST_AUTO_TEST_CASE(json_has_the_same_fields) {
  BOOST_TEST(
    render(full_entry(), journal_format::json)
    == R"("event":"signal:offer","room_id":"demo",)"
       R"("from_id":"00112233-4455-6677-8899-aabbccddeeff",)"
       R"("to_id":"00000000-0000-0001-0000-000000000002","detail":"routed",)"
       R"("address":"192.0.2.1","presences_count":2,"bytes":101,"ts":1700000000000)");
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_left_out) {
  journal_entry entry;
  entry.event = "drain";
  BOOST_TEST(render(entry, journal_format::text) == "drain");
  BOOST_TEST(render(entry, journal_format::json) == R"("event":"drain")");
  entry.presences_count = 0; // Known, and none.
  BOOST_TEST(render(entry, journal_format::text) == "drain presences_count=0");
}

struct name {
  std::string given;
  std::string shown; ///< In a line of text.
};

static std::ostream& operator<<(std::ostream& out, const name& each) {
  return out << each.shown;
}

static const std::vector<name> names{
  {"demo", "demo"},
  {"two words", R"("two words")"},
  {"a=b", R"("a=b")"},
  {"say \"hi\"", R"("say \"hi\"")"},
  {"back\\slash", R"("back\\slash")"},
  {"a\n2026-11-21 10:00:00.000 info join",
   R"("a\u000a2026-11-21 10:00:00.000 info join")"},
  {"\x1b[31m", R"("\u001b[31m")"},
  {std::string{"a\0b", 3}, R"("a\u0000b")"},
  {"\x7f", R"("\u007f")"},
  {"caf\xc3\xa9", "\"caf\xc3\xa9\""},
  {"\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\""},
  {"\xc2\x85", R"("\u0085")"}, // Next line.
  {"\xc2\xa0", "\"\xc2\xa0\""},
  {"\xe2\x80\xa8", R"("\u2028")"}, // Line separator.
  {"\xe2\x80\xae"
   "abc",
   R"("\u202eabc")"},              // Right to left.
  {"\xe2\x81\xa6", R"("\u2066")"}, // Left-to-right isolate.
  {"\xe2\x80\x8b", R"("\u200b")"}, // No width.
  {"\xef\xbb\xbf", R"("\ufeff")"},
  {"\xf3\xa0\x81\x81", R"("\udb40\udc41")"}, // A tag.
  {"\xff", R"("\ufffd")"},
  {"\xc0\xaf", R"("\ufffd\ufffd")"},           // Overlong.
  {"\xed\xa0\x80", R"("\ufffd\ufffd\ufffd")"}, // A surrogate.
  {"a\xe2\x82", R"("a\ufffd\ufffd")"},         // Cut short.
  {"%v {} %s", R"("%v {} %s")"},
};

BOOST_DATA_TEST_CASE(names_cannot_forge_lines, data::make(names), each) {
  journal_entry entry;
  entry.event = "join";
  entry.room_id = each.given;
  BOOST_TEST(render(entry, journal_format::text) == "join room_id=" + each.shown);
}

BOOST_DATA_TEST_CASE(names_cannot_break_json, data::make(names), each) {
  journal_entry entry;
  entry.event = each.given;
  entry.room_id = each.given;
  entry.detail = each.given;
  const auto line = '{' + render(entry, journal_format::json) + '}';
  BOOST_TEST(is_utf8(line));
  const test::json parsed{line};
  BOOST_TEST(parsed.text("/room_id") == parsed.text("/detail"));
  if (is_utf8(each.given))
    BOOST_TEST(parsed.text("/room_id") == each.given);
}
