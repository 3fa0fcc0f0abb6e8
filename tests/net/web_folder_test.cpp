// Goal: from a folder comes what a page may load, and nothing from beside it.
#define BOOST_TEST_MODULE greenroom_net_web_folder
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

#include <stdlib.h>

#include "net/static_files.hpp"
#include "net/web_folder.hpp"

namespace fs = std::filesystem;
using namespace greenroom::net;

/// A folder with a page, in a folder with a secret beside it.
struct page_on_disk {
  page_on_disk() {
    auto pattern = (fs::temp_directory_path() / "greenroom-web-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    outer = pattern;
    fs::create_directories(outer / "web/page");
    fs::create_directories(outer / "web-beside");
    write("secret.js", "secret");
    write("web-beside/secret.js", "secret");
    write("web/index.html", "<html>");
    write("web/page/app.js", "code");
    write("web/LICENSE", "license");
    write("web/package.json", "{}");
    write("web/.hidden.js", "hidden");
    fs::create_symlink("page/app.js", outer / "web/inner.js");
    fs::create_symlink("../secret.js", outer / "web/outer.js");
    fs::create_symlink("../web-beside", outer / "web/beside");
    fs::create_symlink("nothing.js", outer / "web/dangling.js");
  }
  ~page_on_disk() { fs::remove_all(outer); }

  void write(const std::string& name, const std::string& content) const {
    std::ofstream{outer / name} << content;
  }
  std::string read(std::string_view path) const {
    const auto file = web_folder::open((outer / "web").string()).value().read(path);
    return file ? file->content : "none";
  }

  fs::path outer;
};

BOOST_FIXTURE_TEST_CASE(files_lie_where_they_are_requested, page_on_disk) {
  BOOST_TEST(read("/") == "<html>");
  BOOST_TEST(read("/r/any%20room/..") == "<html>");
  BOOST_TEST(read("/page/app.js") == "code");
  BOOST_TEST(read("/LICENSE") == "license");
  BOOST_TEST(read("/inner.js") == "code");
  write("web/page/app.js", "changed");
  BOOST_TEST(read("/page/app.js") == "changed");
}

BOOST_FIXTURE_TEST_CASE(nothing_else_is_given, page_on_disk) {
  using namespace std::string_view_literals;
  for (const auto path :
       {"/../secret.js"sv, "/page/../../secret.js"sv, "/./LICENSE"sv, "//LICENSE"sv,
        "/%2e%2e/secret.js"sv, "/..\\secret.js"sv, "/outer.js"sv, "/beside/secret.js"sv,
        "/dangling.js"sv, "/.hidden.js"sv, "/package.json"sv, "/page"sv, "/page/"sv, ""sv,
        "/nothing.js"sv, "/page/app.js/"sv, "/LICENSE\0.js"sv, "/r"sv})
    BOOST_TEST(read(path) == "none", path);
  BOOST_TEST(read((outer / "secret.js").string()) == "none");
  BOOST_TEST(read('/' + (outer / "secret.js").string()) == "none");
}

BOOST_FIXTURE_TEST_CASE(a_folder_needs_a_page, page_on_disk) {
  BOOST_TEST(!web_folder::open(outer.string()));
  BOOST_TEST(!web_folder::open((outer / "web/index.html").string()));
  BOOST_TEST(!web_folder::open((outer / "nowhere").string()));
}

BOOST_AUTO_TEST_CASE(a_policy_admits_the_scripts_that_stand_in_the_page) {
  const std::string policy = "default-src 'none'; script-src 'self' 'sha256-old='; x";
  BOOST_TEST(admit_inline_scripts(policy, "<script src=\"a.js\"></script>")
             == "default-src 'none'; script-src 'self'; x");
  // The digests are those of `openssl dgst -sha256 -binary | base64`.
  BOOST_TEST(admit_inline_scripts(policy, "<script type=\"importmap\">{}</script>"
                                          "<script type=\"module\" src=\"a.js\"></script>"
                                          "<script>\n</script>")
             == "default-src 'none'; script-src 'self' "
                "'sha256-RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=' "
                "'sha256-AbpHGcgLb+kRsJGnwFEktk7uzpZOCcBY74+YBdrKVGs='; x");
  BOOST_TEST(admit_inline_scripts(policy, "<script>no end")
             == "default-src 'none'; script-src 'self'; x");
}
