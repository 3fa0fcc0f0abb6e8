// Goal: signatures are those of the standard, and a secret stays one.
#define BOOST_TEST_MODULE greenroom_net_crypto
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <stdlib.h>
#include <sys/stat.h>

#include "net/hmac_signer.hpp"
#include "net/ice_servers.hpp"
#include "net/system_clock.hpp"
#include "net/system_random.hpp"

namespace fs = std::filesystem;
using namespace greenroom;
using namespace greenroom::net;

namespace {

struct scratch_folder {
  fs::path path;
  scratch_folder() {
    auto name = (fs::temp_directory_path() / "greenroom-test-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(name.data()));
    path = name;
  }
  ~scratch_folder() { fs::remove_all(path); }
  std::string file() const { return (path / "secret").string(); }
};

std::string hexadecimal(const signer_port::signature& bytes) {
  std::string text;
  for (const auto byte : bytes)
    for (const auto digit : {byte >> 4, byte & 15})
      text += "0123456789abcdef"[digit];
  return text;
}

void write(const std::string& path, std::string_view content, fs::perms mode) {
  std::ofstream{path} << content;
  fs::permissions(path, mode);
}

constexpr auto private_mode = fs::perms::owner_read | fs::perms::owner_write;

std::string complaint_about(const std::string& path) {
  try {
    hmac_signer::from_file(path);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

} // namespace

BOOST_AUTO_TEST_CASE(signatures_are_hmac_sha256) {
  // RFC 4231, test cases 1 and 2.
  BOOST_TEST(hexadecimal(hmac_signer{std::string(20, '\x0b')}.sign("Hi There"))
             == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  BOOST_TEST(hexadecimal(hmac_signer{"Jefe"}.sign("what do ya want for nothing?"))
             == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

BOOST_AUTO_TEST_CASE(a_missing_secret_is_made_once) {
  const scratch_folder folder;
  const auto first = hmac_signer::from_file(folder.file());
  const auto second = hmac_signer::from_file(folder.file());
  BOOST_TEST((first.sign("x") == second.sign("x")));
  BOOST_TEST(fs::file_size(folder.file()) == 32u);
  BOOST_TEST((fs::status(folder.file()).permissions() == private_mode));
  BOOST_TEST(std::distance(fs::directory_iterator{folder.path}, {}) == 1);
}

BOOST_AUTO_TEST_CASE(made_secrets_differ) {
  const scratch_folder here, there;
  BOOST_TEST((hmac_signer::from_file(here.file()).sign("x")
              != hmac_signer::from_file(there.file()).sign("x")));
}

BOOST_AUTO_TEST_CASE(a_secret_that_others_can_reach_is_refused) {
  const scratch_folder folder;
  write(folder.file(), "secret", private_mode | fs::perms::group_read);
  BOOST_TEST(contains(complaint_about(folder.file()), "other users"));
  write(folder.file(), "secret", private_mode | fs::perms::others_write);
  BOOST_TEST(contains(complaint_about(folder.file()), "other users"));
  write(folder.file(), "secret", private_mode);
  BOOST_TEST(complaint_about(folder.file()) == "");
}

BOOST_AUTO_TEST_CASE(what_is_no_secret_is_refused) {
  const scratch_folder folder;
  write(folder.file(), "", private_mode);
  BOOST_TEST(contains(complaint_about(folder.file()), "empty"));
  write(folder.file(), std::string(5000, 'x'), private_mode);
  BOOST_TEST(contains(complaint_about(folder.file()), "too big"));
  BOOST_TEST(contains(complaint_about(folder.path.string()), "regular file"));
  BOOST_TEST(
    contains(complaint_about(folder.path / "none" / "secret"), "cannot be made"));
}

BOOST_AUTO_TEST_CASE(turn_credentials_are_for_one_participant_and_a_time) {
  ice_options options;
  options.stun_urls = {"stun:stun.example.org"};
  options.turn_urls = {"turn:turn.example.org"};
  options.turn_secret = "north";
  options.turn_credential_ms = 60'000;
  const auto who = participant_id::from_bits(1, 2);
  const auto servers = ice_servers{options}.servers_for(who, 1'000'000'999);
  BOOST_TEST_REQUIRE(servers.size() == 2u);
  BOOST_TEST(servers[0].urls.at(0) == "stun:stun.example.org");
  BOOST_TEST(servers[0].username.empty());
  BOOST_TEST(servers[1].urls.at(0) == "turn:turn.example.org");
  BOOST_TEST(servers[1].username == "1000060:" + who.to_string());
  // printf '1000060:00000000-0000-0001-0000-000000000002' |
  //   openssl dgst -sha1 -hmac north -binary | base64
  BOOST_TEST(servers[1].credential == "FwzkLHH7k96QUFAv5O/64JaqxKo=");
}

BOOST_AUTO_TEST_CASE(turn_without_secret_is_not_handed_out) {
  ice_options options;
  options.turn_urls = {"turn:turn.example.org"};
  BOOST_TEST(ice_servers{options}.servers_for({}, 0).size() == 1u);
  options.stun_urls.clear();
  BOOST_TEST(ice_servers{options}.servers_for({}, 0).empty());
}

BOOST_AUTO_TEST_CASE(the_clock_tells_unix_time_and_never_goes_back) {
  const system_clock clock;
  const auto unix_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
  auto last = clock.now();
  BOOST_TEST(std::abs(last - unix_ms) < 60'000);
  for (int i = 0; i < 100'000; ++i) {
    const auto now = clock.now();
    BOOST_REQUIRE(now >= last);
    last = now;
  }
}

BOOST_AUTO_TEST_CASE(random_numbers_do_not_repeat_between_threads) {
  std::array<std::vector<std::uint64_t>, 4> drawn;
  std::vector<std::thread> threads;
  system_random random;
  for (auto& numbers : drawn)
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i)
        numbers.push_back(random.next());
    });
  for (auto& thread : threads)
    thread.join();
  std::set<std::uint64_t> all;
  for (const auto& numbers : drawn)
    all.insert(numbers.begin(), numbers.end());
  BOOST_TEST(all.size() == 40'000u);
}
