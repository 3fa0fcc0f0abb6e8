// Goal: browsers get the form of a file that they understand, and only when they
// do not have it yet.
#define BOOST_TEST_MODULE greenroom_net_static_files
#include <boost/test/unit_test.hpp>

#include "net/static_files.hpp"

using namespace greenroom::net;

static constexpr asset page{"/", "text/html", "\"p1\"", "plain", "zip"};
static constexpr asset script{"/app.js", "text/javascript", "\"s1\"", "plain", ""};

static representation choose(const asset& file, std::string_view encodings,
                             std::string_view known = "") {
  return choose_representation(file, encodings, known);
}

BOOST_AUTO_TEST_CASE(rooms_share_one_page) {
  const std::array<asset, 2> assets{page, script};
  BOOST_TEST(find_asset(assets, "/app.js") == &assets[1]);
  BOOST_TEST(find_asset(assets, "/r/any%20room") == &assets[0]);
  BOOST_TEST(find_asset(assets, "/r/") == &assets[0]);
  for (const auto* path : {"", "/r", "/app.js/", "/../app.js", "app.js"})
    BOOST_TEST(find_asset(assets, path) == nullptr, path);

  asset room = page;
  room.path = "/r/";
  const std::array<asset, 2> with_room{page, room};
  BOOST_TEST(find_asset(with_room, "/r/x") == &with_room[1]);
}

BOOST_AUTO_TEST_CASE(compressed_only_where_it_is_accepted) {
  for (const auto* wanted :
       {"gzip", "deflate, GZIP", "br;q=1.0, gzip;q=0.8", "gzip ; q=1"})
    BOOST_TEST(choose(page, wanted).body == "zip", wanted);
  for (const auto* unwanted :
       {"", "br", "gzip;q=0", "gzip; q=0.000", "x-gzip", "identity"})
    BOOST_TEST(choose(page, unwanted).body == "plain", unwanted);
  BOOST_TEST(choose(script, "gzip").body == "plain");
}

BOOST_AUTO_TEST_CASE(each_form_has_its_own_tag) {
  BOOST_TEST(choose(page, "").etag == "\"p1\"");
  BOOST_TEST(choose(page, "gzip").etag == "\"p1-gzip\"");
  BOOST_TEST(choose(script, "gzip").etag == "\"s1\"");
}

BOOST_AUTO_TEST_CASE(what_the_browser_has_is_not_sent_again) {
  for (const auto* known : {"\"p1\"", "W/\"p1\"", "\"x\", \"p1\"", "*"})
    BOOST_TEST(choose(page, "", known).is_unchanged, known);
  for (const auto* known : {"", "\"p2\"", "p1", "\"p1-gzip\""})
    BOOST_TEST(!choose(page, "", known).is_unchanged, known);
  BOOST_TEST(choose(page, "gzip", "\"p1-gzip\"").is_unchanged);
}

BOOST_AUTO_TEST_CASE(pages_bring_their_own_policy) {
  asset strict = page;
  strict.policy = "default-src 'none'";
  BOOST_TEST(policy_of(strict) == "default-src 'none'");
  BOOST_TEST(policy_of(page).starts_with("default-src 'self'"));
}
