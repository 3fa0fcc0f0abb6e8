// Goal: an operator gets a room's recording from the running server, and nobody else
// does; it tells nothing of what people said, and replays as it was.
#define BOOST_TEST_MODULE greenroom_net_control
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <signal.h>
#include <sys/stat.h>

#include "tests/support/phoenix_client.hpp"
#include "tests/support/server_process.hpp"
#include "tests/support/shell.hpp"

namespace fs = std::filesystem;
using namespace greenroom::test;

namespace {

/// A server with a control socket, and two people who talk in its room "lobby".
struct served_room {
  served_room() {
    ann.join("lobby", "Ann Secretname");
    bob.join("lobby", "Bob Secretname");
    bob.ask("chat:msg", R"({"text": "secret words"})");
    bob.offer(ann.self_id, "secret sdp");
    ann.expect("signal:offer");
  }
  ~served_room() { fs::remove_all(folder); }

  static fs::path make_folder() {
    auto pattern = (fs::temp_directory_path() / "greenroom-control-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    return pattern;
  }

  shell_result ctl(const std::string& words) const {
    return run_shell(std::string{GREENROOM_BIN} + " ctl " + words
                     + " --control-socket=" + socket + " 2>&1");
  }

  fs::path folder = make_folder();
  std::string socket = folder / "control";
  server_process server{
    {.arguments = {"--control-socket=" + socket}, .secret_file = {}, .cpu = -1}};
  phoenix_client ann{server.port()}, bob{server.port()};
};

int mode_of(const fs::path& file) {
  struct stat found {};
  BOOST_REQUIRE(::stat(file.c_str(), &found) == 0);
  return static_cast<int>(found.st_mode & 0777);
}

std::string content_of(const fs::path& file) {
  std::ifstream stream{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

shell_result replay(const fs::path& file) {
  return run_shell(std::string{GREENROOM_SIM_BIN} + " --replay " + file.string());
}

} // namespace

BOOST_AUTO_TEST_CASE(dumped_room_replays_as_it_was) {
  served_room s;
  BOOST_TEST(mode_of(s.socket) == 0600);
  BOOST_TEST(s.ctl("rooms").text == "lobby  -  2/2\n");
  const auto file = s.folder / "lobby.flight";
  BOOST_TEST(s.ctl("room lobby --dump=" + file.string()).status == 0);
  BOOST_TEST(mode_of(file) == 0600);
  BOOST_TEST(content_of(file).find("ecret") == std::string::npos);
  const auto again = replay(file);
  BOOST_TEST(again.status == 0);
  BOOST_TEST(again.text.find("roster 2 of 6") != std::string::npos);
  BOOST_TEST(again.text.find("0 decided otherwise") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(signal_dumps_all_rooms) {
  served_room s;
  phoenix_client carl{s.server.port()};
  carl.join("den");
  s.server.signal(SIGUSR1);
  for (const auto until = soon(); s.server.log().find("dump") == std::string::npos;) {
    BOOST_REQUIRE(steady::now() < until);
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  std::size_t file_count = 0;
  for (const auto& entry : fs::directory_iterator{s.folder}) {
    if (entry.path().extension() != ".flights")
      continue;
    ++file_count;
    const auto again = replay(entry.path());
    BOOST_TEST(again.status == 0);
    BOOST_TEST(again.text.find("\n2 rooms, ") != std::string::npos);
  }
  BOOST_TEST(file_count == 1u);
  BOOST_TEST(s.server.stop() == 0);
  BOOST_TEST(!fs::exists(s.socket));
}

BOOST_AUTO_TEST_CASE(a_room_is_told_of) {
  served_room s;
  const auto told = s.ctl("room lobby");
  BOOST_TEST(told.status == 0);
  BOOST_TEST(told.text.find("role          owner\n") != std::string::npos);
  BOOST_TEST(told.text.find("participants  2 of 6, 0 suspended\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(why_one_does_not_reach_another_is_one_sentence) {
  served_room s;
  const std::string ids = s.ann.self_id + ' ' + s.bob.self_id;
  const auto told = s.ctl("why lobby " + ids);
  BOOST_TEST(told.status == 0);
  BOOST_TEST(told.text.starts_with("Nothing that Greenroom knows of keeps "
                                   + s.ann.self_id + " from reaching " + s.bob.self_id
                                   + ": no signal was sent lately."),
             told.text);
  BOOST_TEST(s.ctl("why nowhere " + ids).text == "No node has a room 'nowhere'.\n");
}

BOOST_AUTO_TEST_CASE(a_node_without_a_cluster_says_so) {
  served_room s;
  const auto told = s.ctl("nodes");
  BOOST_TEST(told.status == 0);
  BOOST_TEST(told.text == "this node serves alone: it was given no --cluster.name\n");
}

BOOST_AUTO_TEST_CASE(what_is_asked_wrongly_is_one_line) {
  const auto says = [](const std::string& words, const std::string& line) {
    const auto told = run_shell(std::string{GREENROOM_BIN} + " ctl " + words + " 2>&1");
    BOOST_TEST(told.status == 2);
    BOOST_TEST(told.text == "greenroom ctl: " + line + "; see greenroom ctl --help\n");
  };
  const std::string socket = " --control-socket=/nowhere";
  says(socket, "a command is needed, such as 'rooms'");
  says("romos" + socket, "unknown command 'romos'");
  says("rooms lobby" + socket, "'rooms' takes no operand");
  says("room" + socket, "'room' takes ID");
  says("rooms --dump=x" + socket,
       "--dump is of one room: greenroom ctl room ID --dump=FILE");
  says("why lobby a b" + socket, "'a' is no participant's id");
  says("rooms", "--control-socket=PATH is needed, as the server was given it");
  const auto absent = run_shell(std::string{GREENROOM_BIN} + " ctl rooms" + socket
                                + " 2>&1");
  BOOST_TEST(absent.status == 1);
  BOOST_TEST(absent.text
             == "greenroom: control socket /nowhere: No such file or directory\n");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_answered_is_said_in_one_line) {
  served_room s;
  const auto unknown = s.ctl("room nowhere --dump=-");
  BOOST_TEST(unknown.status == 1);
  BOOST_TEST(unknown.text == "greenroom: this node owns no room 'nowhere'\n");
  const auto missing = s.ctl("room nowhere");
  BOOST_TEST(missing.status == 1);
  BOOST_TEST(missing.text == "greenroom: no such room: 'nowhere'\n");
  BOOST_TEST(s.ctl("room lobby --dmup=x").status == 2);
  BOOST_TEST(s.ctl("").status == 2);
  const auto second = run_shell(std::string{GREENROOM_BIN} + " --port=0 --control-socket="
                                + s.socket + " 2>&1 >/dev/null");
  BOOST_TEST(second.status == 1);
  BOOST_TEST(second.text.find("another server listens there") != std::string::npos);
}
