// Goal: the tree obeys its own architecture, and each rule that says so can fail.
#define BOOST_TEST_MODULE greenroom_tidy
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <set>

#include "tests/tidy/rules.hpp"

namespace fs = std::filesystem;
using namespace greenroom;

/// Reads a file of the tree; empty if it is binary.
static std::string text_of(const fs::path& file) {
  std::ifstream stream{file, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{stream}, {}};
  return text.find('\0') == text.npos ? text : std::string{};
}

BOOST_AUTO_TEST_CASE(tree_obeys_its_rules) {
  const fs::path root = GREENROOM_SOURCE_DIR;
  const std::set<std::string> not_ours{".git", ".cache", "build", "node_modules"};
  int file_count = 0;
  for (auto entry = fs::recursive_directory_iterator{root};
       entry != fs::recursive_directory_iterator{}; ++entry) {
    if (entry->is_directory() && not_ours.contains(entry->path().filename().string())) {
      entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file())
      continue;
    const auto path = entry->path().lexically_relative(root).generic_string();
    for (const auto& [line, because] : tidy::check(path, text_of(entry->path())))
      BOOST_ERROR(path + ":" + std::to_string(line) + ": " + because);
    ++file_count;
  }
  BOOST_TEST(file_count > 30, "the tree was not found");
}

struct sample {
  std::string path;
  std::string text;
  std::string because; ///< Empty: nothing is wrong.
};

static std::ostream& operator<<(std::ostream& out, const sample& s) {
  return out << s.path << ": " << s.text.substr(0, 60);
}

static sample including(const char* path, const char* target, const char* because = "") {
  return {path, "#pragma once\n#include " + std::string{target} + "\n", because};
}

static const std::vector<sample> samples{
  including("protocol/room/room.hpp", "\"protocol/vocabulary/ids.hpp\""),
  including("protocol/room/room.hpp", "<vector>"),
  including("protocol/room/room.hpp", "\"log.hpp\"", "from the root"),
  including("protocol/room/room.hpp", "\"actors/ports.hpp\"", "who carries them"),
  including("protocol/room/room.hpp", "<caf/actor.hpp>", "nothing else"),
  including("protocol/room/room.hpp", "<unistd.h>", "nothing else"),
  including("protocol/room/room.hpp", "<rapidjson/reader.h>", "nothing else"),
  including("protocol/room/room.hpp", "<chrono>", "time and chance"),
  including("protocol/session/session.cpp", "<random>", "time and chance"),
  including("protocol/session/session.cpp", "<mutex>", "wait for nobody"),
  including("protocol/room/room.cpp", "\"protocol/wire/dialect.hpp\"", "which language"),
  including("protocol/wire/phoenix.cpp", "<rapidjson/reader.h>"),
  including("protocol/wire/phoenix.cpp", "<boost/json.hpp>", "RapidJSON, nothing else"),

  including("actors/room_actor.hpp", "<caf/typed_actor.hpp>"),
  including("actors/room_actor.hpp", "<atomic>"),
  including("actors/room_actor.cpp", "\"net/session_link.hpp\"", "through ports"),
  including("actors/room_actor.cpp", "\"protocol/wire/dialect.hpp\"", "no byte"),
  including("actors/room_actor.cpp", "<boost/asio.hpp>", "CAF, nothing else"),
  including("actors/room_actor.cpp", "<thread>", "do not block"),

  including("net/listener.cpp", "<boost/asio/ip/tcp.hpp>"),
  including("net/listener.cpp", "\"actors/ports.hpp\""),
  including("net/listener.cpp", "<sys/socket.h>"),
  including("net/reactor_coordinator.hpp", "<caf/scheduler/abstract_coordinator.hpp>"),
  including("net/gateway_actor.cpp", "\"actors/spawn.hpp\""),
  including("net/listener.cpp", "\"tools/greenroom/main.hpp\"", "its programs"),
  including("net/listener.cpp", "<caf/actor_system.hpp>", "know CAF"),
  including("net/websocket_session.hpp", "\"actors/interfaces.hpp\"", "know CAF"),
  including("net/gateway_actor.cpp", "\"actors/room_actor.hpp\"", "not behaviors"),
  including("net/listener.cpp", "<rapidjson/document.h>", "become meaning"),
  including("net/listener.cpp", "<spdlog/spdlog.h>", "where a log goes"),

  including("web/embedded_assets.hpp", "\"net/asset.hpp\""),
  including("web/embedded_assets.hpp", "\"net/listener.hpp\"", "the page is data"),
  including("tools/greenroom/main.cpp", "<spdlog/spdlog.h>"),
  including("tools/greenroom-sim/main.cpp", "\"tests/sim/world.hpp\""),
  including("tools/greenroom/main.cpp", "\"tests/sim/world.hpp\"", "ship their tests"),
  including("tools/greenroom-load/crowd.hpp", "\"tools/greenroom-load/ledger.hpp\""),
  including("tools/greenroom-load/crowd.hpp", "<rapidjson/document.h>"),
  including("tools/greenroom-load/crowd.hpp", "\"protocol/wire/phoenix.hpp\"",
            "no mistake with it"),
  including("tests/net/flood_test.cpp", "\"tools/greenroom/options.hpp\""),

  {"net/a.cpp", std::string(100, 'x'), ""},
  {"net/a.cpp", std::string(101, 'x'), "100 columns"},
  {"net/a.cpp", std::string(99, 'x') + "\u2192", ""},
  {"README.md", std::string(200, 'x'), ""},
  {"net/a.cpp", std::string{"// TO"} + "DO: later", "a promise"},
  {"web/app.js", std::string{"// FIX"} + "ME", "a promise"},
  {"web/package-lock.json", std::string{"\"https://registry"} + ".npmjs.org/x\"",
   "names a package registry"},
  {"tools/setup", std::string{"cp /ho"} + "me/ann/x .", "a path of one machine"},
  {"tools/setup", "cp \"$HOME/x\" ./home/x .", ""},
  {"net/a.hpp", "struct a;\n", "#pragma once"},
  {"net/a.cpp", "struct a;\n", ""},
  {"net/a.cpp", std::string(500, '\n'), ""},
  {"net/a.cpp", std::string(501, '\n'), "500 lines"},
  {"tests/wire/golden/a.txt", std::string(501, '\n'), ""},
};

BOOST_DATA_TEST_CASE(each_rule_can_fail, boost::unit_test::data::make(samples), sample) {
  const auto found = tidy::check(sample.path, sample.text);
  BOOST_TEST_REQUIRE(found.size() == (sample.because.empty() ? 0u : 1u));
  if (found.empty())
    return;
  BOOST_TEST(found.front().because.find(sample.because) != std::string::npos,
             found.front().because);
}

BOOST_AUTO_TEST_CASE(finding_names_its_line) {
  const auto found = tidy::check("net/a.cpp", "int a;\n\n#include <spdlog/spdlog.h>\n");
  BOOST_TEST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found.front().line == 3);
}

static bool breaks(const sample& sample, const tidy::include_rule& rule) {
  return !sample.because.empty()
         && rule.because.find(sample.because) != std::string::npos;
}

/// A rule that no sample breaks would be a rule that nobody has seen fail.
BOOST_AUTO_TEST_CASE(every_include_rule_has_a_sample) {
  for (const auto& rule : tidy::include_rules())
    BOOST_TEST(
      std::ranges::any_of(samples, [&](const auto& each) { return breaks(each, rule); }),
      rule.because);
}
