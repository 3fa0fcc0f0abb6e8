// Goal: the page that lies in the program is whole, and its browser may run it.
#define BOOST_TEST_MODULE greenroom_web_assets
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include <openssl/evp.h>

#include "web/embedded_assets.hpp"

using namespace greenroom;

static const net::asset* find(const std::string& path) {
  const auto assets = embedded_assets();
  const auto found = std::ranges::find(assets, path, &net::asset::path);
  return found == assets.end() ? nullptr : &*found;
}

static std::string page() {
  BOOST_TEST_REQUIRE(find("/"));
  return std::string{find("/")->plain};
}

/// @returns The first group of every match.
static std::vector<std::string> all(const std::string& text, const std::string& pattern) {
  const std::regex expression{pattern};
  std::vector<std::string> result;
  for (std::sregex_iterator at{text.begin(), text.end(), expression}, end; at != end;
       ++at)
    result.push_back((*at)[1]);
  return result;
}

static std::string sha256_base64(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(),
                                     static_cast<int>(size));
  return {encoded.begin(), encoded.begin() + length};
}

BOOST_AUTO_TEST_CASE(all_that_the_page_loads_is_there) {
  const auto loaded = all(page(), R"re((?:src|href)="([^"]*)")re");
  BOOST_TEST(loaded.size() >= 3u);
  for (const auto& path : loaded)
    BOOST_TEST(find(path), path);
}

/// @returns The path of what the file at `importer` means by `name`.
static std::string resolve(std::string_view importer, const std::string& name) {
  if (!name.starts_with('.'))
    return name;
  const std::filesystem::path file{importer};
  return (file.parent_path() / name).lexically_normal().string();
}

BOOST_AUTO_TEST_CASE(all_that_its_scripts_import_is_there) {
  const auto mapped = all(page(), R"re("([a-z@/._-]+)": "/)re");
  const auto targets = all(page(), R"re(": "(/[^"]*)")re");
  BOOST_TEST(!targets.empty());
  for (const auto& path : targets)
    BOOST_TEST(find(path), path);
  const std::string imported = R"re((?:from|import|import\()\s*"([^"]*js|phoenix)")re";
  std::size_t count = 0;
  for (const auto& asset : embedded_assets()) {
    if (!asset.path.ends_with("js"))
      continue;
    for (const auto& name : all(std::string{asset.plain}, imported)) {
      const auto path = resolve(asset.path, name);
      BOOST_TEST((find(path) || std::ranges::find(mapped, path) != mapped.end()),
                 asset.path << " imports " << name);
      ++count;
    }
  }
  BOOST_TEST(count > 50u);
}

/// What the browser loads before anybody has typed a word, and all there is.
BOOST_AUTO_TEST_CASE(the_page_is_small) {
  std::size_t bytes = 0;
  for (const auto& asset : embedded_assets())
    if (asset.path.find("LICENSE") == asset.path.npos)
      bytes += asset.gzip.empty() ? asset.plain.size() : asset.gzip.size();
  BOOST_TEST(bytes <= 60'000u);
}

/// A browser refuses an inline script whose hash the policy does not name.
BOOST_AUTO_TEST_CASE(policy_admits_the_import_map_and_no_other_inline_script) {
  const auto inline_scripts = all(page(),
                                  R"re(<script type="importmap">([^]*?)</script>)re");
  BOOST_TEST_REQUIRE(inline_scripts.size() == 1u);
  const std::string policy{find("/")->policy};
  BOOST_TEST(policy.find("'sha256-" + sha256_base64(inline_scripts.front()) + "'")
             != std::string::npos);
  BOOST_TEST(all(policy, "('sha256-)").size() == 1u);
  BOOST_TEST(policy.find("unsafe") == std::string::npos);
  BOOST_TEST(all(page(), R"re(\s(on[a-z]+|style)=)re").empty());
}

BOOST_AUTO_TEST_CASE(each_file_has_a_tag_of_its_own) {
  std::set<std::string_view> tags;
  for (const auto& asset : embedded_assets()) {
    BOOST_TEST(tags.insert(asset.etag).second, asset.path);
    BOOST_TEST((asset.etag.starts_with('"') && asset.etag.ends_with('"')), asset.path);
    BOOST_TEST((asset.etag.size() > 2), asset.path);
  }
}

BOOST_AUTO_TEST_CASE(compressed_forms_are_gzip_and_smaller) {
  BOOST_TEST(!find("/page/app.js")->gzip.empty());
  for (const auto& asset : embedded_assets()) {
    BOOST_TEST(!asset.plain.empty(), asset.path);
    if (asset.gzip.empty())
      continue;
    BOOST_TEST(asset.gzip.starts_with("\x1f\x8b"), asset.path);
    BOOST_TEST(asset.gzip.size() < asset.plain.size(), asset.path);
  }
}

/// The licenses ask that their texts go where the code goes.
BOOST_AUTO_TEST_CASE(licenses_come_along) {
  const auto* phoenix = find("/node_modules/phoenix/LICENSE.md");
  BOOST_TEST_REQUIRE(phoenix);
  BOOST_TEST(phoenix->plain.find("Chris McCord") != std::string::npos);
  const auto* lit = find("/node_modules/lit-html/LICENSE");
  BOOST_TEST_REQUIRE(lit);
  BOOST_TEST(lit->plain.find("Google LLC") != std::string::npos);
}
