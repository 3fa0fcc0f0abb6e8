// Goal: pages of this server and of listed origins get in, and no other page.
#define BOOST_TEST_MODULE greenroom_net_origin
#include <boost/test/unit_test.hpp>

#include "net/origin.hpp"

using greenroom::net::is_origin_allowed;
using list = std::vector<std::string>;

static bool allows(std::string_view origin, const list& allowed,
                   std::string_view host = "rooms.example.net") {
  return is_origin_allowed(origin, host, allowed);
}

BOOST_AUTO_TEST_CASE(programs_without_an_origin_get_in) {
  BOOST_TEST(is_origin_allowed(std::nullopt, "rooms.example.net", {}));
}

BOOST_AUTO_TEST_CASE(own_pages_get_in) {
  BOOST_TEST(allows("http://localhost:4000", {}, "localhost:4000"));
  BOOST_TEST(allows("https://rooms.example.net", {}));
  BOOST_TEST(allows("https://Rooms.Example.net", {}));
  BOOST_TEST(allows("https://rooms.example.net:443", {}));
  BOOST_TEST(allows("http://rooms.example.net", {}, "rooms.example.net:80"));
  BOOST_TEST(allows("http://[::1]:4000", {}, "[::1]:4000"));
}

BOOST_AUTO_TEST_CASE(other_pages_stay_out) {
  BOOST_TEST(!allows("https://example.net", {}));
  BOOST_TEST(!allows("https://evil.example", {}));
  BOOST_TEST(!allows("https://rooms.example.net.evil.example", {}));
  BOOST_TEST(!allows("https://rooms.example.net:8443", {}));
  BOOST_TEST(!allows("http://localhost:4001", {}, "localhost:4000"));
  BOOST_TEST(!allows("http://[::1]:4001", {}, "[::1]:4000"));
  BOOST_TEST(!allows("https://rooms.example.net", {}, ""));
}

BOOST_AUTO_TEST_CASE(what_is_no_origin_stays_out) {
  for (const auto* text : {"null", "", "//rooms.example.net", "rooms.example.net", "://x",
                           "https://", "https:", "file://"})
    BOOST_TEST(!allows(text, {"//rooms.example.net"}), text);
}

BOOST_AUTO_TEST_CASE(a_star_lets_all_in) {
  BOOST_TEST(allows("null", {"*"}));
  BOOST_TEST(allows("https://evil.example", {"https://a.example", "*"}));
}

BOOST_AUTO_TEST_CASE(entries_with_scheme_want_that_scheme_and_port) {
  const list allowed{"https://app.example.org"};
  BOOST_TEST(allows("https://app.example.org", allowed));
  BOOST_TEST(allows("https://app.example.org:443", allowed));
  BOOST_TEST(!allows("http://app.example.org", allowed));
  BOOST_TEST(!allows("https://app.example.org:8443", allowed));
  BOOST_TEST(allows("https://app.example.org:8443", {"https://app.example.org:8443"}));
}

BOOST_AUTO_TEST_CASE(entries_without_scheme_take_any) {
  BOOST_TEST(allows("http://app.example.org:81", {"//app.example.org"}));
  BOOST_TEST(allows("https://app.example.org:8443", {"//app.example.org:8443"}));
  BOOST_TEST(!allows("https://app.example.org", {"//app.example.org:8443"}));
}

BOOST_AUTO_TEST_CASE(wildcards_take_the_name_and_all_below) {
  const list allowed{"//*.example.org"};
  BOOST_TEST(allows("https://example.org", allowed));
  BOOST_TEST(allows("https://a.example.org", allowed));
  BOOST_TEST(allows("https://a.b.example.org:99", allowed));
  BOOST_TEST(!allows("https://badexample.org", allowed));
  BOOST_TEST(!allows("https://example.org.evil.example", allowed));
  BOOST_TEST(!allows("http://a.example.org", {"https://*.example.org"}));
}

BOOST_AUTO_TEST_CASE(entries_that_can_never_match_are_told_apart) {
  for (const char* good : {"*", "https://example.org", "//example.org", "//*.example.org",
                           "http://[::1]:4000", "//example.org:8443"})
    BOOST_TEST(greenroom::net::is_origin_pattern(good), good);
  for (const char* bad : {"", "example.org", "https://example.org/", "//", "https://",
                          "://example.org", "//example.org:http", "//example.org/path"})
    BOOST_TEST(!greenroom::net::is_origin_pattern(bad), bad);
}

BOOST_AUTO_TEST_CASE(entries_that_say_nothing_let_nobody_in) {
  for (const auto* entry : {"", "//", "example.org", "https://", "//*."})
    BOOST_TEST(!allows("https://example.org", {entry}), entry);
}
