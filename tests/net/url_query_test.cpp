// Goal: parameters are found and decoded as browsers and clients write them.
#define BOOST_TEST_MODULE greenroom_net_url_query
#include <boost/test/unit_test.hpp>

#include "net/url_query.hpp"

using greenroom::net::path_of;
using greenroom::net::query_value;

BOOST_AUTO_TEST_CASE(paths_end_at_the_question_mark) {
  BOOST_TEST(path_of("/socket/websocket?vsn=2.0.0") == "/socket/websocket");
  BOOST_TEST(path_of("/r/a%20b#x?y") == "/r/a%20b");
  BOOST_TEST(path_of("/") == "/");
  BOOST_TEST(path_of("") == "");
}

BOOST_AUTO_TEST_CASE(values_are_found_by_name) {
  BOOST_TEST(query_value("/s?vsn=2.0.0", "vsn") == "2.0.0");
  BOOST_TEST(query_value("/s?token=a&vsn=2.0.0&x", "vsn") == "2.0.0");
  BOOST_TEST(query_value("/s?vsn=2.0.0&", "vsn") == "2.0.0");
  BOOST_TEST(query_value("/s?vsn=1.0.0&vsn=2.0.0", "vsn") == "2.0.0");
  BOOST_TEST(query_value("/s?a=b=c#vsn=2", "a") == "b=c");
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_empty) {
  for (const auto* target : {"/s", "/s?", "/s?&&", "/s?vsn", "/s?vsn=", "/s?vsnx=1",
                             "/s?x=vsn=2", "/s#?vsn=2"})
    BOOST_TEST(query_value(target, "vsn") == "", target);
}

BOOST_AUTO_TEST_CASE(escapes_are_decoded) {
  BOOST_TEST(query_value("/s?a=%C3%A9+%2b%2B", "a") == "\xC3\xA9 ++");
  BOOST_TEST(query_value("/s?a%5Bb%5D=1", "a[b]") == "1");
}

BOOST_AUTO_TEST_CASE(broken_escapes_stand_for_themselves) {
  BOOST_TEST(query_value("/s?a=%", "a") == "%");
  BOOST_TEST(query_value("/s?a=%4", "a") == "%4");
  BOOST_TEST(query_value("/s?a=%4x%zz%41", "a") == "%4x%zzA");
}
