// Goal: with --web-root the page comes from its folder as it is now, under the
// same addresses and the same policy as from the program.
#define BOOST_TEST_MODULE greenroom_net_web_root_socket
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

#include <stdlib.h>

#include "tests/support/stopping_server.hpp"

namespace fs = std::filesystem;
using namespace greenroom::test;

/// @returns A header's value; empty without that header.
static std::string header(const std::string& answer, const std::string& name) {
  const auto at = answer.find("\r\n" + name + ": ");
  if (at == answer.npos || at > answer.find("\r\n\r\n"))
    return {};
  const auto from = at + name.size() + 4;
  return answer.substr(from, answer.find("\r\n", from) - from);
}

static const std::string source_folder = GREENROOM_SOURCE_DIR "/web";

BOOST_AUTO_TEST_CASE(the_folder_is_served_as_the_program_serves_its_own) {
  stopping_server embedded, served{{"--web-root=" + source_folder}};
  for (const std::string path :
       {"/", "/r/some%20room", "/page/app.js", "/client/call.js", "/page/style.css",
        "/icon.svg", "/node_modules/phoenix/priv/static/phoenix.mjs",
        "/node_modules/phoenix/LICENSE.md", "/node_modules/lit-html/LICENSE"}) {
    const auto theirs = get_http(embedded.port(), path);
    const auto ours = get_http(served.port(), path);
    BOOST_TEST(status_of(theirs) == 200, path);
    BOOST_TEST(status_of(ours) == 200, path);
    for (const auto* name : {"Content-Type", "Content-Security-Policy"})
      BOOST_TEST(header(ours, name) == header(theirs, name), path << ' ' << name);
    const bool is_page = header(ours, "Content-Type").starts_with("text/html");
    BOOST_TEST(header(ours, "Content-Security-Policy").empty() == !is_page, path);
    BOOST_TEST(header(ours, "Cache-Control") == "no-store", path);
    BOOST_TEST(header(ours, "ETag") == "", path);
  }
  BOOST_TEST(status_of(get_http(served.port(), "/package.json")) == 404);
  BOOST_TEST(status_of(get_http(served.port(), "/healthz")) == 200);
}

/// A folder with a page, for the time of a test.
struct edited_page {
  edited_page() {
    auto pattern = (fs::temp_directory_path() / "greenroom-page-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    folder = pattern;
    fs::create_directory(folder / "web");
    write("web/index.html", "<script type=\"importmap\">{}</script>");
    write("secret.js", "secret");
    fs::create_symlink("../secret.js", folder / "web/link.js");
  }
  ~edited_page() { fs::remove_all(folder); }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream{folder / name} << content;
  }
  std::string option() const { return "--web-root=" + (folder / "web").string(); }

  fs::path folder;
};

BOOST_FIXTURE_TEST_CASE(an_edit_shows_at_the_next_request, edited_page) {
  stopping_server server{{option()}};
  const auto before = get_http(server.port(), "/");
  BOOST_TEST(header(before, "Content-Security-Policy")
               .find("'sha256-RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o='")
             != std::string::npos);
  write("web/index.html", "<script type=\"importmap\">\n</script>");
  const auto after = get_http(server.port(), "/");
  const auto policy = header(after, "Content-Security-Policy");
  BOOST_TEST(body_of(after) == "<script type=\"importmap\">\n</script>");
  BOOST_TEST(policy.find("'sha256-AbpHGcgLb+kRsJGnwFEktk7uzpZOCcBY74+YBdrKVGs='")
             != std::string::npos);
  BOOST_TEST(policy.find("RBNvo1Wz") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(nothing_from_outside_is_served, edited_page) {
  stopping_server server{{option()}};
  for (const std::string path :
       {"/../secret.js", "/%2e%2e/secret.js", "/link.js", "//secret.js", "/nothing.js"}) {
    const auto answer = get_http(server.port(), path);
    BOOST_TEST(status_of(answer) == 404, path);
    BOOST_TEST(answer.find("secret") == std::string::npos, path);
  }
  // The page may vanish while it is served; the server may not.
  fs::remove(folder / "web/index.html");
  BOOST_TEST(status_of(get_http(server.port(), "/")) == 404);
}
