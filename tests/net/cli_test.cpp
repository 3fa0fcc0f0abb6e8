// Goal: the program answers an operator clearly: with help, with one line and the
// right exit status when something is wrong, and with a clean end.
#define BOOST_TEST_MODULE greenroom_net_cli
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/json.hpp"
#include "tests/support/phoenix_client.hpp"
#include "tests/support/server_process.hpp"

namespace data = boost::unit_test::data;
namespace fs = std::filesystem;
using namespace greenroom::test;

namespace {

/// A folder for the time of a test.
class scratch_folder {
public:
  scratch_folder() {
    auto pattern = (fs::temp_directory_path() / "greenroom-cli-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~scratch_folder() { fs::remove_all(path_); }

  fs::path operator/(const std::string& name) const { return path_ / name; }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream{path_ / name} << content;
  }

private:
  fs::path path_;
};

std::string content_of(const fs::path& file) {
  std::ifstream stream{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

auto line_count(const std::string& text) {
  return std::ranges::count(text, '\n');
}

/// The program, run as from a shell, its words kept apart in files.
class command {
public:
  explicit command(
    std::vector<std::string> arguments, std::function<void()> prepare = [] {}) {
    arguments.insert(arguments.begin(), GREENROOM_BIN);
    std::vector<char*> words;
    for (auto& each : arguments)
      words.push_back(each.data());
    words.push_back(nullptr);
    const auto out = (folder_ / "out").string(), err = (folder_ / "err").string();
    pid_ = ::fork();
    BOOST_REQUIRE(pid_ >= 0);
    if (pid_ > 0)
      return;
    prepare();
    if (::dup2(::creat(out.c_str(), 0600), STDOUT_FILENO) >= 0
        && ::dup2(::creat(err.c_str(), 0600), STDERR_FILENO) >= 0)
      ::execv(words[0], words.data());
    ::_exit(127);
  }

  ~command() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }

  /// @returns Its exit status; 128 and the signal's number if one killed it.
  int wait(deadline until = soon()) {
    int status = 0;
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
      if (steady::now() > until)
        throw timed_out{"the program's end"};
      ::usleep(2000); // Until the next look, not instead of one.
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  /// Waits for the line that greets people.
  /// @returns The port in it.
  std::uint16_t await_greeting(deadline until = soon()) {
    while (line_count(out()) == 0) {
      if (steady::now() > until || ::waitpid(pid_, nullptr, WNOHANG) != 0)
        throw timed_out{"the program's greeting; instead: " + err()};
      ::usleep(2000);
    }
    const auto text = out();
    const auto at = text.find("127.0.0.1:");
    BOOST_REQUIRE(at != text.npos);
    return static_cast<std::uint16_t>(std::stoi(text.substr(at + 10)));
  }

  void signal(int number) const { ::kill(pid_, number); }
  pid_t pid() const { return pid_; }
  std::string out() const { return content_of(folder_ / "out"); }
  std::string err() const { return content_of(folder_ / "err"); }

private:
  scratch_folder folder_;
  pid_t pid_ = -1;
};

/// Takes a port, so that nobody else can.
class taken_port {
public:
  taken_port() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    auto* address = reinterpret_cast<sockaddr*>(&where);
    BOOST_REQUIRE(::bind(socket_, address, size) == 0);
    BOOST_REQUIRE(::listen(socket_, 1) == 0);
    BOOST_REQUIRE(::getsockname(socket_, address, &size) == 0);
    number_ = ntohs(where.sin_port);
  }
  ~taken_port() { ::close(socket_); }

  std::string text() const { return std::to_string(number_); }

private:
  int socket_;
  int number_ = 0;
};

struct secret_folder {
  scratch_folder folder;
  std::string option() const { return "--secret-file=" + (folder / "secret").string(); }
};

} // namespace

BOOST_AUTO_TEST_CASE(help_goes_to_standard_output) {
  command program{{"--help"}};
  BOOST_TEST(program.wait() == 0);
  BOOST_TEST(program.out().starts_with("Greenroom "));
  BOOST_TEST(program.out().find("--port=NUMBER") != std::string::npos);
  BOOST_TEST(program.err() == "");
}

BOOST_AUTO_TEST_CASE(version_is_one_line) {
  command program{{"--version"}};
  BOOST_TEST(program.wait() == 0);
  BOOST_TEST(program.out().starts_with("greenroom 0."));
  BOOST_TEST(line_count(program.out()) == 1);
}

BOOST_DATA_TEST_CASE(bad_options_are_refused,
                     data::make<std::string>({"--nonsense", "--port=http", "nonsense",
                                              "--capacity=0",
                                              "--config-file=/nonexistent"}),
                     argument) {
  command program{{argument}};
  BOOST_TEST(program.wait() == 2);
  BOOST_TEST(program.out() == "");
  BOOST_TEST(program.err().starts_with("greenroom: "));
  BOOST_TEST(line_count(program.err()) == 1);
}

BOOST_DATA_TEST_CASE(a_bad_file_is_refused,
                     data::make<std::string>({"port=\"http\"\n", "port=http\n",
                                              "prot=1\n", "[room]\nlinger=[1]\n"}),
                     content) {
  const secret_folder secret;
  secret.folder.write("bad.ini", content);
  const auto file = (secret.folder / "bad.ini").string();
  command program{{"--config-file=" + file, secret.option()}};
  BOOST_TEST(program.wait() == 2);
  BOOST_TEST(program.out() == "");
  BOOST_TEST(program.err().starts_with("greenroom: " + file + ':'));
  BOOST_TEST(line_count(program.err()) == 1);
}

BOOST_AUTO_TEST_CASE(port_in_use_is_said_in_one_line) {
  const taken_port port;
  const secret_folder secret;
  command program{{"--port=" + port.text(), secret.option()}};
  BOOST_TEST(program.wait() == 1);
  BOOST_TEST(program.out() == "");
  BOOST_TEST(program.err()
             == "greenroom: cannot listen on 127.0.0.1 port " + port.text()
                  + ": Address already in use\n");
}

BOOST_AUTO_TEST_CASE(unusable_secret_is_said_in_one_line) {
  command program{{"--port=0", "--secret-file=/nonexistent/secret"}};
  BOOST_TEST(program.wait() == 1);
  BOOST_TEST(program.err().starts_with("greenroom: secret file /nonexistent/secret"));
  BOOST_TEST(line_count(program.err()) == 1);
}

BOOST_AUTO_TEST_CASE(unusable_turn_secret_is_said_in_one_line) {
  const secret_folder secret;
  command program{{"--port=0", secret.option(), "--ice.turn=turn:turn.example.org",
                   "--ice.turn-secret-file=/nonexistent"}};
  BOOST_TEST(program.wait() == 1);
  BOOST_TEST(line_count(program.err()) == 1);
}

BOOST_AUTO_TEST_CASE(serves_as_its_file_says) {
  const secret_folder secret;
  secret.folder.write("greenroom.ini",
                      "port=0\ncapacity=3\n[ice]\nstun=[\"stun:a.example\"]\n");
  command program{
    {secret.option(), "--config-file=" + (secret.folder / "greenroom.ini").string()}};
  phoenix_client ann{program.await_greeting()};
  const auto reply = ann.join("lobby");
  BOOST_TEST(reply.number("/capacity") == 3);
  BOOST_TEST(reply.text("/ice_servers/0/urls/0") == "stun:a.example");
  program.signal(SIGTERM);
  BOOST_TEST(ann.socket.await_end() == 1012);
  BOOST_TEST(program.wait() == 0);
  BOOST_TEST(line_count(program.out()) == 1);
}

BOOST_AUTO_TEST_CASE(no_file_is_read_unless_named) {
  const secret_folder secret;
  secret.folder.write("caf-application.ini", "port=\"nonsense\"\n");
  const auto folder = (secret.folder / "").string();
  command program{{"--port=0", secret.option()}, [&] {
                    if (::chdir(folder.c_str()) != 0)
                      ::_exit(126);
                  }};
  program.await_greeting();
  program.signal(SIGTERM);
  BOOST_TEST(program.wait() == 0);
}

BOOST_DATA_TEST_CASE(every_scheduler_serves,
                     data::make<std::string>({"reactor", "sharing", "stealing"}),
                     policy) {
  const secret_folder secret;
  command program{{"--port=0", secret.option(), "--scheduler.policy=" + policy}};
  const auto port = program.await_greeting();
  {
    phoenix_client ann{port}, bob{port};
    ann.join("lobby", "Ann");
    bob.join("lobby", "Bob");
    ann.offer(bob.self_id, "v=0");
    BOOST_TEST(bob.expect("signal:offer").payload.text("/sdp") == "v=0");
    program.signal(SIGTERM);
    BOOST_TEST(ann.socket.await_end() == 1012);
    BOOST_TEST(bob.socket.await_end() == 1012);
  }
  BOOST_TEST(program.wait() == 0);
}

/// Rooms linger and seats are kept, but a stop does not wait for either.
BOOST_DATA_TEST_CASE(stops_soon_with_rooms_that_linger,
                     data::make<std::string>({"reactor", "sharing"}), policy) {
  const secret_folder secret;
  command program{{"--port=0", secret.option(), "--scheduler.policy=" + policy,
                   "--room.linger=1h", "--resume.window=10min"}};
  const auto port = program.await_greeting();
  for (int at = 0; at < 100; ++at) {
    phoenix_client guest{port};
    guest.join_with("room" + std::to_string(at), R"({"display_name":"x","resume":""})");
    if (at % 2 == 0)
      guest.socket.socket().abort();
    else
      guest.ask("phx_leave", "{}");
  }
  program.signal(SIGTERM);
  BOOST_TEST(program.wait() == 0);
}

BOOST_AUTO_TEST_CASE(second_signal_ends_it_at_once) {
  const secret_folder secret;
  command program{{"--port=0", secret.option()}};
  phoenix_client ann{program.await_greeting()};
  ann.join("lobby");
  ann.socket.answers_close = false; // So that the stop takes its time.
  program.signal(SIGTERM);
  const auto until = soon();
  while (!ann.socket.close_code()) {
    BOOST_REQUIRE(ann.socket.socket().wait(true, false, until));
    ann.catch_up();
  }
  program.signal(SIGTERM);
  const auto asked = steady::now();
  BOOST_TEST(program.wait() == 128 + SIGTERM);
  BOOST_TEST((steady::now() - asked < 4s));
}

BOOST_AUTO_TEST_CASE(secret_is_made_for_its_owner_alone) {
  const scratch_folder home;
  command program{{"--port=0"},
                  [&] { ::setenv("XDG_STATE_HOME", (home / "state").c_str(), 1); }};
  program.await_greeting();
  struct stat status {};
  BOOST_TEST(::stat((home / "state/greenroom/secret").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 0777) == 0600);
  BOOST_TEST(status.st_size >= 32);
  program.signal(SIGTERM);
  BOOST_TEST(program.wait() == 0);
  BOOST_TEST(program.err().find("warning") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(serves_without_a_place_for_its_secret) {
  command program{{"--port=0"},
                  [] { ::setenv("XDG_STATE_HOME", "/proc/nonexistent", 1); }};
  program.await_greeting();
  program.signal(SIGINT);
  BOOST_TEST(program.wait() == 0);
  BOOST_TEST(program.err().find(" warning secret ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(takes_all_descriptors_that_it_may_have) {
  const secret_folder secret;
  command program{{"--port=0", secret.option()}, [] {
                    rlimit files{64, 512};
                    ::setrlimit(RLIMIT_NOFILE, &files);
                  }};
  program.await_greeting();
  std::istringstream limits{
    content_of("/proc/" + std::to_string(program.pid()) + "/limits")};
  std::string line;
  while (std::getline(limits, line) && !line.starts_with("Max open files")) {}
  std::string word;
  std::int64_t soft = 0, hard = 0;
  std::istringstream{line} >> word >> word >> word >> soft >> hard;
  BOOST_TEST(soft == 512);
  BOOST_TEST(hard == 512);
}

BOOST_DATA_TEST_CASE(journal_is_one_object_on_each_line_if_asked,
                     data::make<std::string>({"text", "json"}), format) {
  const secret_folder secret;
  command program{{"--port=0", secret.option(), "--log.format=" + format}};
  phoenix_client ann{program.await_greeting()};
  ann.join("a \" room", "Ann");
  ann.leave();
  program.signal(SIGTERM);
  ann.socket.await_end();
  BOOST_TEST(program.wait() == 0);
  std::istringstream lines{program.err()};
  int join_count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (format == "json") {
      const json entry{line};
      join_count += entry.text("/event") == "join";
      BOOST_TEST(entry.text("/level") == "info");
    } else {
      join_count += line.find(R"( info join room_id="a \" room" from_id=)") != line.npos;
    }
  }
  BOOST_TEST(join_count == 1);
}
