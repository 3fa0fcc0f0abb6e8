#include "tools/greenroom/configuration.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <boost/asio/ip/address.hpp>
#include <caf/settings.hpp>

#include "net/client_address.hpp"
#include "net/origin.hpp"
#include "net/reactor_coordinator.hpp"
#include "net/server_options.hpp"
#include "net/web_folder.hpp"
#include "protocol/cluster/member.hpp"
#include "protocol/vocabulary/limits.hpp"
#include "tools/greenroom/configuration_text.hpp"

namespace greenroom {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint32_t reactor_count_max = 256;
constexpr std::uint32_t reactor_count_default_max = 8;

/// CAF's own, which would print CAF's help and configuration rather than ours.
bool is_replaced(const caf::config_option& option) {
  static constexpr std::string_view names[]{"help", "long-help", "dump-config",
                                            "config-file"};
  const auto name = option.long_name();
  return option.category() == "global"
         && std::ranges::find(names, std::string_view{name.data(), name.size()})
              != std::end(names);
}

std::string with_category(const std::string& category, const std::string& name) {
  return category == "global" ? name : category + '.' + name;
}

bool is_ip_address(const std::string& text) {
  boost::system::error_code error;
  boost::asio::ip::make_address(text, error);
  return !error;
}

bool is_loopback(const std::string& address) {
  return boost::asio::ip::make_address(address).is_loopback();
}

bool is_unspecified(const std::string& text) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text, error);
  return !error && address.is_unspecified();
}

bool is_host(const std::string& text) {
  return is_ip_address(text) || is_valid_node_name(text); // The same letters as of hosts.
}

bool is_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  return colon != text.npos && colon > 0 && colon + 1 < text.size()
         && text.find_first_not_of("0123456789", colon + 1) == text.npos;
}

bool all_begin_with(const std::vector<std::string>& urls,
                    std::initializer_list<std::string_view> schemes) {
  return std::ranges::all_of(urls, [&](const std::string& url) {
    return std::ranges::any_of(schemes, [&](auto each) { return url.starts_with(each); });
  });
}

} // namespace

configuration::configuration()
  : connection_count_max(net::server_options{}.connection_count_max),
    idle_timeout(milliseconds{limits::idle_timeout_ms}),
    capacity(limits::capacity_default),
    room_count_max(limits::room_count_max),
    room_linger(milliseconds{limits::linger_ms}),
    resume_window(milliseconds{limits::resume_window_ms}) {
  caf::config_option_set kept;
  for (const auto& option : custom_options_)
    if (!is_replaced(option))
      kept.add(option);
  custom_options_ = std::move(kept);
  add_options();
  add_cluster_options();
  add_process_options();
}

void configuration::add_options() {
  begin_group("Connections");
  auto& address_entry = add(
    address, "address", "ADDRESS",
    "IP address to listen on; 0.0.0.0 or :: for all of this machine's");
  address_entry.range = "an IP address";
  address_entry.is_good = [this] { return is_ip_address(address); };
  add_number<std::uint16_t>(port, "port", "TCP port to listen on; 0 takes any free one",
                            0, 65535);
  auto& origins = add(
    allowed_origins, "allowed-origins", "LIST",
    "origins of web pages that may connect beside this server's own, such as "
    "https://example.org,//*.example.net");
  origins.range = "a list of origins such as https://example.org or //*.example.net, "
                  "without a path";
  origins.is_good = [this] {
    return std::ranges::all_of(allowed_origins, net::is_origin_pattern);
  };
  auto& proxies = add(trusted_proxies, "trusted-proxies", "LIST",
                      "proxies, by address or network, whose X-Forwarded-For names the "
                      "client, such as 127.0.0.1,10.0.0.0/8");
  proxies.range = "a list of IP addresses and networks such as 10.0.0.0/8";
  proxies.is_good = [this] {
    return std::ranges::all_of(trusted_proxies, [](const std::string& each) {
      return net::parse_network(each).has_value();
    });
  };
  add_number<std::size_t>(connection_count_max, "connections.max",
                          "connections at a time; those above are answered 503", 1,
                          10'000'000);
  auto& folder = add(web_root, "web-root", "DIR",
                     "serve the page from this folder instead, as its files are now; "
                     "for those who work on it");
  folder.range = "a folder with an index.html";
  folder.is_good = [this] { return web_root.empty() || net::web_folder::open(web_root); };
  add_time(idle_timeout, "idle-timeout",
           "close a connection from which nothing was heard for so long",
           milliseconds{limits::idle_timeout_ms}, hours{1});

  begin_group("Rooms");
  add_number<std::uint32_t>(capacity, "capacity", "participants of a room", 1,
                            limits::capacity_max);
  add_number<std::size_t>(room_count_max, "rooms.max",
                          "rooms at a time; joins of others are refused", 1, 10'000'000);
  add_time(room_linger, "room.linger",
           "keep an empty room, if some left it who had a token, for so long", seconds{0},
           hours{1});
  add_time(resume_window, "resume.window",
           "keep the seat of a lost participant that may resume for so long", seconds{1},
           minutes{10});
  auto& secret_entry = add(
    secret_file, "secret-file", "FILE",
    "secret that signs resume tokens; made, for its owner only, if there is none");
  secret_entry.fallback
    = "greenroom/secret in $XDG_STATE_HOME or ~/.local/state; if that "
      "cannot be written, a secret that is forgotten at exit";

  begin_group("What browsers are told");
  auto& stun = add(ice_stun, "ice.stun", "LIST", "STUN servers; [] for none");
  stun.range = "a list of URLs such as stun:example.org:3478";
  stun.is_good = [this] { return all_begin_with(ice_stun, {"stun:", "stuns:"}); };
  auto& turn = add(ice_turn, "ice.turn", "LIST",
                   "TURN servers that share a secret with this one, such as "
                   "turn:example.org:3478");
  turn.range = "a list of URLs such as turn:example.org:3478";
  turn.is_good = [this] { return all_begin_with(ice_turn, {"turn:", "turns:"}); };
  add(ice_turn_secret_file, "ice.turn-secret-file", "FILE",
      "that secret, coturn's `static-auth-secret`; needed for ice.turn");
}

void configuration::add_cluster_options() {
  begin_group("Other nodes, which share rooms with this one");
  auto& name = add(cluster_name, "cluster.name", "NAME",
                   "this node's name in its cluster; none: it is alone");
  name.range = "1 to 64 letters, digits, '-', '_' or '.'";
  name.is_good = [this] {
    return cluster_name.empty() || is_valid_node_name(cluster_name);
  };
  auto& where = add(cluster_address, "cluster.address", "ADDRESS",
                    "IP address at which to listen for other nodes; one that other "
                    "machines reach takes a certificate and a secret");
  where.range = "an IP address";
  where.is_good = [this] { return is_ip_address(cluster_address); };
  add_number<std::uint16_t>(cluster_port, "cluster.port",
                            "TCP port at which other nodes reach this one", 1, 65535);
  auto& told = add(cluster_advertise, "cluster.advertise", "HOST",
                   "name or IP address at which other nodes reach this one; needed with "
                   "0.0.0.0 or ::");
  told.fallback = "that of cluster.address";
  told.range = "a host's name or IP address";
  told.is_good = [this] {
    return cluster_advertise.empty()
           || (is_host(cluster_advertise) && !is_unspecified(cluster_advertise));
  };
  auto& seeds = add(cluster_join, "cluster.join", "LIST",
                    "other nodes, any that live, such as 127.0.0.1:4100");
  seeds.range = "a list of addresses with ports such as 127.0.0.1:4100";
  seeds.is_good = [this] { return std::ranges::all_of(cluster_join, is_endpoint); };
  add_time(cluster_drain_timeout, "cluster.drain-timeout",
           "how long a stop may take that hands rooms and participants over to others",
           std::chrono::seconds{1}, std::chrono::minutes{10});
  add(cluster_certificate, "cluster.certificate", "FILE",
      "PEM file with this node's certificate, for both ends of TLS, and those between it "
      "and the CA; read once");
  add(cluster_key, "cluster.key", "FILE", "PEM file with the key of that certificate");
  add(cluster_ca, "cluster.ca", "FILE",
      "PEM file with the CA of this cluster; whoever has a certificate of it is let in");
}

void configuration::add_process_options() {
  begin_group("This process");
  add_number<std::uint32_t>(reactors, "reactors", "threads", 0, reactor_count_max);
  entries_.back().fallback = "0, which is one for each processor, at most "
                             + std::to_string(reactor_count_default_max);
  add_time(
    busy_poll, "busy-poll",
    "have idle threads look on for so long before they sleep: about half the latency, "
    "for a core each",
    std::chrono::seconds{0}, std::chrono::milliseconds{10});
  add(control_socket, "control-socket", "PATH",
      "Unix socket, for this user only, at which `greenroom ctl` asks the server; "
      "SIGUSR1 dumps all rooms into a file beside it");
  entries_.back().fallback = "none";
  add_choice(log_level, "log.level", "least severity to log, on standard error",
             {"debug", "info", "warning", "error"});
  add_choice(log_format, "log.format", "lines for people, or one JSON object each",
             {"text", "json"});
  auto& policy = entries_.emplace_back();
  policy.name = "scheduler.policy"; // CAF's own; only its default differs.
  policy.value = "NAME";
  policy.text = "who runs actors: the I/O threads themselves, or CAF's own threads";
  policy.bounds = "reactor, sharing, stealing";
  policy.range = "one of " + policy.bounds;
  policy.fallback = "reactor";
  policy.is_good = [this] {
    const auto chosen = scheduler_policy();
    return chosen == net::reactor_policy || chosen == caf::atom("sharing")
           || chosen == caf::atom("stealing");
  };
  add(config_file_, "config-file", "FILE",
      "read options from this file first; none is read otherwise");
}

void configuration::begin_group(std::string heading) {
  entries_.emplace_back().heading = std::move(heading);
}

template <class T>
configuration::entry& configuration::add(T& target, std::string_view name,
                                         std::string value, std::string text) {
  const auto dot = name.find('.');
  const auto category = dot == name.npos ? "global" : std::string{name.substr(0, dot)};
  const auto short_name = std::string{name.substr(dot == name.npos ? 0 : dot + 1)};
  opt_group{custom_options_, category}.add(target, short_name, text);
  auto& result = entries_.emplace_back();
  result.name = name;
  result.value = std::move(value);
  result.text = std::move(text);
  result.fallback = to_text(target);
  return result;
}

template <class T>
void configuration::add_number(T& target, std::string_view name, std::string text,
                               T least, T most) {
  auto& result = add(target, name, "NUMBER", std::move(text));
  result.bounds = to_text(least) + " to " + to_text(most);
  result.range = "a number from " + result.bounds;
  result.is_good = [&target, least, most] { return target >= least && target <= most; };
}

void configuration::add_time(caf::timespan& target, std::string_view name,
                             std::string text, caf::timespan least, caf::timespan most) {
  auto& result = add(target, name, "TIME", std::move(text));
  result.bounds = to_text(least) + " to " + to_text(most);
  const auto* examples = most < std::chrono::seconds{1} ? "200us or 5ms"
                                                        : "500ms, 30s or 2min";
  result.range = std::string{"a time such as "} + examples + ", from " + result.bounds;
  result.is_good = [&target, least, most] { return target >= least && target <= most; };
}

void configuration::add_choice(std::string& target, std::string_view name,
                               std::string text, std::vector<std::string> choices) {
  auto& result = add(target, name, "NAME", std::move(text));
  result.bounds = to_text(choices);
  result.range = "one of " + result.bounds;
  result.is_good = [&target, choices] {
    return std::ranges::find(choices, target) != choices.end();
  };
}

std::optional<std::string> configuration::read(std::vector<std::string> arguments) {
  for (const auto& each : arguments) {
    if (each == "--help" || each == "-h")
      wanted_ = wish::help;
    else if (each == "--version")
      wanted_ = wish::version;
    else
      continue;
    return std::nullopt; // Who asks for help need not get the rest right.
  }
  // Once for the file's name, and again after the file, so that arguments win.
  if (auto fault = read_arguments(arguments))
    return fault;
  if (!config_file_.empty()) {
    if (auto fault = read_file(config_file_))
      return fault;
    if (auto fault = read_arguments(arguments))
      return fault;
  }
  if (!ice_turn.empty() && ice_turn_secret_file.empty())
    return "ice.turn needs ice.turn-secret-file";
  if (!cluster_join.empty() && cluster_name.empty())
    return "cluster.join needs cluster.name";
  return cluster_name.empty() ? std::nullopt : what_is_wrong_with_cluster();
}

/// Nodes trust each other with everything, so between machines nothing goes without TLS.
std::optional<std::string> configuration::what_is_wrong_with_cluster() const {
  const std::string* const files[]{&cluster_certificate, &cluster_key, &cluster_ca};
  const auto given = std::ranges::count_if(files,
                                           [](auto* each) { return !each->empty(); });
  if (given != 0 && given != 3)
    return "cluster.certificate, cluster.key and cluster.ca go together";
  if (is_unspecified(cluster_address) && cluster_advertise.empty())
    return "cluster.address " + cluster_address + " needs cluster.advertise";
  if (is_loopback(cluster_address))
    return std::nullopt;
  const auto where = "cluster.address " + cluster_address
                     + " can be reached from elsewhere: ";
  if (given == 0)
    return where + "it needs cluster.certificate, cluster.key and cluster.ca";
  if (secret_file.empty())
    return where + "it needs secret-file, a copy of one that all nodes have";
  if (!std::filesystem::exists(secret_file))
    return where + "secret-file " + secret_file
           + " does not exist; copy that of another node, or make one for all";
  return std::nullopt;
}

std::string configuration::advertised_address() const {
  const auto& host = cluster_advertise.empty() ? cluster_address : cluster_advertise;
  return host + ':' + std::to_string(cluster_port);
}

std::optional<std::string>
configuration::read_arguments(const std::vector<std::string>& arguments) {
  for (auto at = arguments.begin(); at != arguments.end(); ++at) {
    if (!at->starts_with("--") || at->size() == 2)
      return "unexpected argument '" + *at + "'";
    const auto assignment = at->find('=');
    const auto name = at->substr(2, assignment == at->npos ? at->npos : assignment - 2);
    const auto* option = find(name);
    if (option == nullptr)
      return "unknown option '--" + name + "'";
    std::string value = "true";
    if (assignment != at->npos)
      value = at->substr(assignment + 1);
    else if (!option->is_flag() && at + 1 != arguments.end()
             && !(at + 1)->starts_with("--"))
      value = *++at;
    else if (!option->is_flag())
      return "--" + name + " needs a value: " + range_of(name);
    const auto parsed = option->parse(value);
    if (parsed)
      put(*option, *parsed);
    if (!parsed || !is_good(name))
      return "--" + must_be(name, '\'' + value + '\'');
  }
  return std::nullopt;
}

void configuration::put(const caf::config_option& option,
                        const caf::config_value& value) {
  const auto category = option.category(), name = option.long_name();
  caf::put(content,
           with_category({category.data(), category.size()}, {name.data(), name.size()}),
           value);
}

bool configuration::is_good(const std::string& name) const {
  const auto found = std::ranges::find(entries_, name, &entry::name);
  return found == entries_.end() || !found->is_good || found->is_good();
}

std::string configuration::must_be(const std::string& name,
                                   const std::string& value) const {
  return name + " must be " + range_of(name) + ", not " + value;
}

const caf::config_option* configuration::find(const std::string& name) const {
  return name.find('.') == name.npos
           ? custom_options_.qualified_name_lookup("global", name)
           : custom_options_.qualified_name_lookup(name);
}

std::string configuration::range_of(const std::string& name) const {
  const auto found = std::ranges::find(entries_, name, &entry::name);
  if (found != entries_.end() && !found->range.empty())
    return found->range;
  const auto type = find(name)->type_name();
  if (type == "string")
    return "a text";
  return "a value of type " + std::string{type.data(), type.size()};
}

caf::atom_value configuration::scheduler_policy() const {
  return caf::get_or(*this, "scheduler.policy", net::reactor_policy);
}

std::size_t configuration::reactor_count() const {
  if (reactors > 0)
    return reactors;
  return std::clamp(std::thread::hardware_concurrency(), 1u, reactor_count_default_max);
}

std::string configuration::help() const {
  std::string options;
  for (const auto& each : entries_) {
    if (!each.heading.empty()) {
      options += '\n' + each.heading + ":\n";
      continue;
    }
    auto text = each.text;
    if (!each.bounds.empty())
      text += "; " + each.bounds;
    if (!each.fallback.empty())
      text += " [" + each.fallback + "]";
    options += help_lines("--" + each.name + '=' + each.value, text);
  }
  return help_frame(options);
}

std::string default_secret_file() {
  const auto* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') // Others must be ignored, says the standard.
    return std::string{state} + "/greenroom/secret";
  const auto* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0')
    return std::string{home} + "/.local/state/greenroom/secret";
  return {};
}

} // namespace greenroom
