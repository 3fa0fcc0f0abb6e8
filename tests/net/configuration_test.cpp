// Goal: an operator gets what was asked for, or one line that says what is wrong;
// and the help text tells of every option that there is.
#define BOOST_TEST_MODULE greenroom_net_configuration
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>

#include <unistd.h>

#include "tools/greenroom/configuration.hpp"
#include "tools/greenroom/configuration_text.hpp"

namespace data = boost::unit_test::data;
namespace fs = std::filesystem;
using namespace greenroom;
using namespace std::chrono_literals;

/// A file for the time of a test.
class temporary_file {
public:
  explicit temporary_file(const std::string& content)
    : path_(fs::temp_directory_path()
            / ("greenroom-configuration-" + std::to_string(::getpid()) + ".ini")) {
    std::ofstream{path_} << content;
  }
  ~temporary_file() { fs::remove(path_); }

  std::string path() const { return path_.string(); }

private:
  fs::path path_;
};

struct refused_line {
  std::string argument;
  std::string complaint; ///< What the answer must hold.
};

static std::ostream& operator<<(std::ostream& out, const refused_line& line) {
  return out << line.argument;
}

static const std::vector<refused_line> refused_lines{
  {"--nonsense", "unknown option '--nonsense'"},
  {"--nonsense=1", "unknown option '--nonsense'"},
  {"nonsense", "unexpected argument 'nonsense'"},
  {"-p", "unexpected argument '-p'"},
  {"--", "unexpected argument '--'"},
  {"", "unexpected argument ''"},
  {"--port", "--port needs a value: a number from 0 to 65535"},
  {"--port=", "--port must be a number from 0 to 65535, not ''"},
  {"--port=http", "--port must be a number from 0 to 65535, not 'http'"},
  {"--port=80x", "not '80x'"},
  {"--port=65536", "not '65536'"},
  {"--port=-1", "not '-1'"},
  {"--address=example", "--address must be an IP address, not 'example'"},
  {"--trusted-proxies=localhost", "--trusted-proxies must be a list of IP addresses and "
                                  "networks such as 10.0.0.0/8, not 'localhost'"},
  {"--capacity=0", "--capacity must be a number from 1 to 10000, not '0'"},
  {"--capacity=10001", "--capacity must be a number from 1 to 10000"},
  {"--capacity=4294967302", "not '4294967302'"},
  {"--reactors=257", "reactors must be"},
  {"--busy-poll=200", "busy-poll must be a time such as 200us or 5ms, from 0s to 10ms"},
  {"--busy-poll=11ms", "busy-poll must be a time"},
  {"--connections.max=0", "connections.max must be"},
  {"--rooms.max=0", "rooms.max must be"},
  {"--idle-timeout=30", "not '30'"},
  {"--idle-timeout=30s", "idle-timeout must be a time"},
  {"--idle-timeout=-90s", "idle-timeout must be a time"},
  {"--idle-timeout=9999999999999s", "idle-timeout must be a time"},
  {"--room.linger=2h", "room.linger must be a time"},
  {"--resume.window=0s", "resume.window must be a time"},
  {"--ice.stun=http://example.org", "ice.stun must be a list of URLs"},
  {"--ice.turn=stun:example.org", "ice.turn must be a list of URLs"},
  {"--ice.turn=turn:example.org", "ice.turn needs ice.turn-secret-file"},
  {"--log.level=loud", "log.level must be one of debug, info, warning, error"},
  {"--log.format=xml", "log.format must be one of text, json"},
  {"--scheduler.policy=random", "scheduler.policy must be one of reactor"},
  {"--scheduler.max-threads=many", "--scheduler.max-threads must be"},
  {"--config-file=/nonexistent.ini",
   "cannot read the configuration file '/nonexistent.ini'"},
  {"--cluster.name=a b", "cluster.name must be 1 to 64 letters"},
  {"--cluster.address=localhost", "cluster.address must be an IP address"},
  {"--cluster.advertise=a:1", "cluster.advertise must be a host's name or IP address"},
  {"--cluster.advertise=0.0.0.0", "cluster.advertise must be a host's name or IP"},
  {"--cluster.join=example", "cluster.join must be a list of addresses with ports"},
  {"--cluster.join=127.0.0.1:4100", "cluster.join needs cluster.name"},
  {"--long-help", "unknown option"},
  {"--dump-config", "unknown option"},
};

BOOST_DATA_TEST_CASE(what_is_wrong_is_said_in_one_line, data::make(refused_lines), line) {
  configuration config;
  const auto answer = config.read({line.argument});
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->find(line.complaint) != answer->npos, *answer);
  BOOST_TEST(answer->find('\n') == answer->npos);
}

BOOST_AUTO_TEST_CASE(defaults_are_those_of_the_documentation) {
  configuration config;
  BOOST_TEST(!config.read({}).has_value());
  BOOST_TEST(config.address == "127.0.0.1");
  BOOST_TEST(config.port == 4000);
  BOOST_TEST(config.capacity == 6u);
  BOOST_TEST((config.idle_timeout == 90s));
  BOOST_TEST(config.ice_stun == std::vector<std::string>{"stun:stun.l.google.com:19302"},
             boost::test_tools::per_element());
  BOOST_TEST(config.reactor_count() >= 1u);
  BOOST_TEST(config.reactor_count() <= 8u);
  BOOST_TEST((config.scheduler_policy() == caf::atom("reactor")));
}

/// @returns What is wrong with a node of these options; empty if nothing is.
static std::string fault_of_node(std::vector<std::string> options) {
  options.emplace_back("--cluster.name=a");
  configuration config;
  return config.read(std::move(options)).value_or("");
}

BOOST_AUTO_TEST_CASE(nodes_of_one_machine_need_no_certificate) {
  BOOST_TEST(fault_of_node({}) == "");
  BOOST_TEST(fault_of_node({"--cluster.address=::1"}) == "");
  const auto together = "cluster.certificate, cluster.key and cluster.ca go together";
  BOOST_TEST(fault_of_node({"--cluster.key=k"}) == together);
  BOOST_TEST(fault_of_node({"--cluster.key=k", "--cluster.ca=c"}) == together);
}

BOOST_AUTO_TEST_CASE(nodes_of_several_machines_need_certificates_and_a_secret) {
  const temporary_file secret{"a secret"};
  const std::string where = "--cluster.address=192.0.2.1",
                    known = "--secret-file=" + secret.path();
  const auto fault = [&](std::vector<std::string> more) {
    more.push_back(where);
    return fault_of_node(std::move(more));
  };
  const std::string prefix = "cluster.address 192.0.2.1 can be reached from elsewhere: ";
  BOOST_TEST(fault({known})
             == prefix + "it needs cluster.certificate, cluster.key and cluster.ca");
  const std::string certificate = "--cluster.certificate=c", key = "--cluster.key=k",
                    ca = "--cluster.ca=a";
  BOOST_TEST(fault({certificate, key, ca})
             == prefix + "it needs secret-file, a copy of one that all nodes have");
  BOOST_TEST(
    fault({certificate, key, ca, "--secret-file=/nonexistent"})
    == prefix
         + "secret-file /nonexistent does not exist; copy that of another node, or "
           "make one for all");
  BOOST_TEST(fault({certificate, key, ca, known}) == "");
  configuration alone;
  BOOST_TEST(!alone.read({where}), "a node that is alone opens no port for others");
}

BOOST_AUTO_TEST_CASE(node_tells_others_an_address_that_they_can_dial) {
  const temporary_file secret{"a secret"};
  const std::vector<std::string> everywhere{
    "--cluster.name=a",        "--cluster.address=0.0.0.0",
    "--cluster.certificate=c", "--cluster.key=k",
    "--cluster.ca=a",          "--secret-file=" + secret.path()};
  BOOST_TEST(fault_of_node(everywhere)
             == "cluster.address 0.0.0.0 needs cluster.advertise");
  configuration config;
  auto options = everywhere;
  options.emplace_back("--cluster.advertise=node-1.example.org");
  const auto fault = config.read(options);
  BOOST_TEST(!fault.has_value(), fault.value_or(""));
  BOOST_TEST(config.advertised_address() == "node-1.example.org:4100");
  configuration usual;
  BOOST_TEST(usual.advertised_address() == "127.0.0.1:4100");
}

BOOST_AUTO_TEST_CASE(the_command_line_is_read) {
  configuration config;
  const auto answer = config.read(
    {"--address=::1", "--port", "0", "--capacity=12", "--idle-timeout=2min",
     "--room.linger=500ms", "--allowed-origins=https://a.example,//*.b.example",
     "--ice.stun=[]", "--secret-file=/tmp/a b", "--reactors=3", "--busy-poll=200us",
     "--scheduler.policy=sharing", "--scheduler.max-throughput=5",
     "--middleman.attach-utility-actors"});
  BOOST_TEST(!answer.has_value(), answer.value_or(""));
  BOOST_TEST(config.address == "::1");
  BOOST_TEST(config.port == 0);
  BOOST_TEST(config.capacity == 12u);
  BOOST_TEST((config.idle_timeout == 120s));
  BOOST_TEST((config.room_linger == 500ms));
  BOOST_TEST((config.busy_poll == 200us));
  const std::vector<std::string> origins{"https://a.example", "//*.b.example"};
  BOOST_TEST(config.allowed_origins == origins, boost::test_tools::per_element());
  BOOST_TEST(config.ice_stun.empty());
  BOOST_TEST(config.secret_file == "/tmp/a b");
  BOOST_TEST(config.reactor_count() == 3u);
  BOOST_TEST((config.scheduler_policy() == caf::atom("sharing")));
  BOOST_TEST(caf::get_or(config, "scheduler.max-throughput", std::size_t{0}) == 5u);
}

BOOST_AUTO_TEST_CASE(the_file_is_read_and_the_command_line_wins) {
  const temporary_file file{"port=5001\ncapacity=7\nsecret-file=\"/tmp/secret\"\n"
                            "[ice]\nstun=[\"stun:a.example\", \"stun:b.example\"]\n"
                            "[room]\nlinger=3s\n"
                            "[scheduler]\npolicy='sharing'\n"};
  configuration config;
  const auto answer = config.read({"--capacity=8", "--config-file=" + file.path()});
  BOOST_TEST(!answer.has_value(), answer.value_or(""));
  BOOST_TEST(config.port == 5001);
  BOOST_TEST(config.capacity == 8u);
  BOOST_TEST(config.secret_file == "/tmp/secret");
  BOOST_TEST(config.ice_stun.size() == 2u);
  BOOST_TEST((config.room_linger == 3s));
  BOOST_TEST((config.scheduler_policy() == caf::atom("sharing")));
}

static const std::vector<refused_line> refused_files{
  {"port=\"a\"\n", "port must be a number from 0 to 65535, not \"a\""},
  {"port=70000\n", "port must be"},
  {"prot=4000\n", "unknown option 'prot'"},
  {"[room]\nlingre=3s\n", "unknown option 'room.lingre'"},
  {"[room]\nlinger=3\n", "room.linger must be a time"},
  {"[room]\nlinger=3h\n", "room.linger must be a time"},
  {"port=1\nfoo bar\n", ":2:"},
  {"capacity=0\n", ": capacity must be a number from 1 to 10000, not 0"},
  {"capacity=\"six\"\n", "capacity must be a number from 1 to 10000, not \"six\""},
  {"capacity=true\n", "capacity must be a number from 1 to 10000, not true"},
  {"capacity=six\n", ":1:10: capacity must be a number from 1 to 10000, not 'six'"},
  {"capacity=99999999999999999999\n", "capacity must be a number from 1 to 10000, not"},
  {"capacity=\nport=1\n", ": capacity must be a number from 1 to 10000, not ''"},
  {"address=5\n", "address must be an IP address, not 5"},
  {"address=127.0.0.1\n", "address must be an IP address, not '127.0.0.1'; text stands"},
  {"[log]\nlevel=debug\n", "log.level must be one of debug, info, warning, error, not "
                           "'debug'; text stands in double quotes"},
  {"[room]\nlinger=soon\n", ":2:9: room.linger must be a time such as 500ms"},
  {"[room]\nlinger=\"3s\"\n", "room.linger must be a time such as 500ms"},
  {"room.linger=5s\n", ": write linger=5s below a line [room]"},
  {"[room]\nlingre=soon\n", ":2:9: unknown option 'room.lingre'"},
  {"[rooom]\nlinger=3s\n", "unknown option 'rooom.linger'"},
  {"prot=x\n", ":1:6: unknown option 'prot'"},
  {"secret-file=true\n", "secret-file must be a text, not true"},
  {"allowed-origins=\"https://a.example\"\n",
   "allowed-origins must be a list of origins"},
  {"allowed-origins=https://a.example\n", "; a list is written [\"A\", \"B\"]"},
  {"trusted-proxies=[\"10.0.0.0/33\"]\n",
   "trusted-proxies must be a list of IP addresses and networks such as 10.0.0.0/8, not "
   "[\"10.0.0.0/33\"]"},
  {"[ice]\nstun=[\"stun:a.example\",\n", ": ends within a value"},
  {"secret-file=\"/tmp\n", "secret-file must be a text, not '\"/tmp'"},
  {"ice={stun=[]\n", ": ends within a value"},
  {"port=1\n]\n", ":2:2: not in the form that greenroom --help shows"},
  {"config-file=\"other.ini\"\n", "config-file belongs on the command line"},
};

BOOST_DATA_TEST_CASE(what_is_wrong_in_a_file_is_said_too, data::make(refused_files),
                     line) {
  const temporary_file file{line.argument};
  configuration config;
  const auto answer = config.read({"--config-file=" + file.path()});
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->starts_with(file.path() + ':'), *answer);
  BOOST_TEST(answer->find(line.complaint) != answer->npos, *answer);
  BOOST_TEST(answer->find('\n') == answer->npos);
}

BOOST_AUTO_TEST_CASE(help_is_given_whatever_else_is_asked) {
  configuration config;
  BOOST_TEST(!config.read({"--nonsense", "--help"}).has_value());
  BOOST_TEST((config.wanted() == configuration::wish::help));
  configuration other;
  BOOST_TEST(!other.read({"--version"}).has_value());
  BOOST_TEST((other.wanted() == configuration::wish::version));
}

BOOST_AUTO_TEST_CASE(help_fits_a_terminal_and_names_each_option) {
  const configuration config;
  const auto help = config.help();
  std::istringstream lines{help};
  for (std::string line; std::getline(lines, line);)
    BOOST_TEST(line.size() <= 81u, line);
  for (const char* name : {"address",
                           "port",
                           "allowed-origins",
                           "trusted-proxies",
                           "connections.max",
                           "idle-timeout",
                           "capacity",
                           "rooms.max",
                           "room.linger",
                           "resume.window",
                           "secret-file",
                           "ice.stun",
                           "ice.turn",
                           "ice.turn-secret-file",
                           "reactors",
                           "busy-poll",
                           "log.level",
                           "log.format",
                           "config-file",
                           "scheduler.policy",
                           "help",
                           "version",
                           "cluster.address",
                           "cluster.advertise",
                           "cluster.certificate",
                           "cluster.key",
                           "cluster.ca"})
    BOOST_TEST(help.find(std::string{"--"} + name) != help.npos, name);
  for (const char* fallback :
       {"[127.0.0.1]", "[4000]", "[6]", "[90s]", "[info]", "[text]"})
    BOOST_TEST(help.find(fallback) != help.npos, fallback);
}

BOOST_AUTO_TEST_CASE(the_secret_lies_where_state_belongs) {
  ::setenv("XDG_STATE_HOME", "/var/state", 1);
  ::setenv("HOME", "/var/ann", 1);
  BOOST_TEST(default_secret_file() == "/var/state/greenroom/secret");
  ::setenv("XDG_STATE_HOME", "not/absolute", 1);
  BOOST_TEST(default_secret_file() == "/var/ann/.local/state/greenroom/secret");
  ::unsetenv("XDG_STATE_HOME");
  ::unsetenv("HOME");
  BOOST_TEST(default_secret_file().empty());
}

BOOST_AUTO_TEST_CASE(times_are_shown_as_they_are_given) {
  BOOST_TEST(to_text(caf::timespan{0}) == "0s");
  BOOST_TEST(to_text(caf::timespan{200us}) == "200us");
  BOOST_TEST(to_text(caf::timespan{1500ms}) == "1500ms");
  BOOST_TEST(to_text(caf::timespan{90s}) == "90s");
  BOOST_TEST(to_text(caf::timespan{120s}) == "2min");
  BOOST_TEST(to_text(caf::timespan{3600s}) == "1h");
}
