#include "tools/greenroom/server.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/spawn.hpp"
#include "net/gateway_actor.hpp"
#include "net/ice_servers.hpp"
#include "net/reactor.hpp"
#include "net/reactor_coordinator.hpp"
#include "net/system_clock.hpp"
#include "net/system_random.hpp"
#include "tools/greenroom/cluster.hpp"
#include "tools/greenroom/configuration.hpp"
#include "tools/greenroom/control_socket.hpp"
#include "tools/greenroom/private_file.hpp"
#include "tools/greenroom/process.hpp"
#include "tools/greenroom/room_inspector.hpp"
#include "tools/greenroom/secrets.hpp"
#include "tools/greenroom/spdlog_journal.hpp"
#include "web/embedded_assets.hpp"

namespace greenroom {

namespace {

using boost::asio::ip::tcp;

/// How long a stop may take where no other node takes over.
constexpr std::chrono::milliseconds drain_patience{10'000 + limits::close_timeout_ms};

/// How long a node that drains waits between looks for its last room.
constexpr std::chrono::milliseconds room_look_interval{5};

/// How long rooms may take to finish when everybody has gone.
constexpr std::chrono::seconds settle_patience{2};

std::int64_t ms(caf::timespan time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

severity severity_of(const std::string& name) {
  for (const auto level : {severity::debug, severity::info, severity::warning})
    if (name == to_string(level))
      return level;
  return severity::error;
}

net::server_options server_options_of(const configuration& config) {
  net::server_options result;
  result.idle_timeout_ms = ms(config.idle_timeout);
  result.connection_count_max = config.connection_count_max;
  result.allowed_origins = config.allowed_origins;
  for (const auto& each : config.trusted_proxies)
    result.trusted_proxies.push_back(net::parse_network(each).value());
  result.assets = embedded_assets();
  if (!config.web_root.empty())
    result.web_root = net::web_folder::open(config.web_root);
  return result;
}

room_limits room_limits_of(const configuration& config) {
  room_limits result;
  result.capacity = config.capacity;
  result.linger_ms = ms(config.room_linger);
  result.resume_window_ms = ms(config.resume_window);
  // A half-open connection is noticed late, and may still be resumed after that.
  result.log_age_ms_max = std::max(limits::log_age_ms_max,
                                   ms(config.idle_timeout) + result.resume_window_ms);
  return result;
}

net::ice_options ice_options_of(const configuration& config) {
  net::ice_options result;
  result.stun_urls = config.ice_stun;
  result.turn_urls = config.ice_turn;
  if (!config.ice_turn.empty())
    result.turn_secret = read_turn_secret(config.ice_turn_secret_file);
  return result;
}

/// The one line that a person looks for. On standard output, so that it is there
/// whatever is logged.
void greet(const configuration& config, const tcp::endpoint& where) {
  const auto host = where.address().is_v6() ? '[' + where.address().to_string() + ']'
                                            : where.address().to_string();
  std::printf("Greenroom serves http://%s:%u/ in rooms of %u, on %zu %s.\n", host.c_str(),
              static_cast<unsigned>(where.port()), static_cast<unsigned>(config.capacity),
              config.reactor_count(), config.reactor_count() == 1 ? "thread" : "threads");
  std::fflush(stdout);
}

/// The parts in the order in which they need each other.
class server {
public:
  explicit server(configuration& config)
    : config_(config),
      journal_(std::make_unique<spdlog_journal>(
        severity_of(config.log_level),
        config.log_format == "json" ? journal_format::json : journal_format::text)),
      signer_(make_signer(config.secret_file, *journal_)),
      ice_(ice_options_of(config)),
      world_{&clock_, &random_, &signer_, &ice_, journal_.get(), &ready_},
      reactors_(config.reactor_count(), config.busy_poll),
      gateway_(std::in_place, reactors_, server_options_of(config), world_, ready_) {
    if (!config_.cluster_name.empty())
      cluster_.emplace(config_, world_);
    open();
    const bool actors_on_reactors = config_.scheduler_policy() == net::reactor_policy;
    if (actors_on_reactors)
      net::run_actors_on(reactors_, config_); // Starts them, too.
    system_.emplace(config_);
    system_->await_actors_before_shutdown(false); // Empty rooms linger.
    if (!actors_on_reactors)
      reactors_.start();
  }

  ~server() {
    if (cluster_)
      cluster_->stop(); // While its actor still has a system, whatever went wrong.
    reactors_.stop();
    gateway_.reset();
  }

  void run() {
    auto directory = start_directory();
    room_inspector inspector{*system_, directory, cluster_ ? &*cluster_ : nullptr};
    const auto control = open_control(inspector);
    auto speaker = gateway_->start(*system_, directory);
    greet(config_, {where_.address(), gateway_->port()});
    serve_operator(inspector);
    drain(speaker, directory);
    if (cluster_)
      cluster_->stop();
    caf::anon_send_exit(directory, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(speaker, caf::exit_reason::user_shutdown);
    settle();
  }

  /// @returns The exit status.
  int status() const { return cluster_ && cluster_->was_refused() ? 1 : 0; }

private:
  directory_actor start_directory() {
    if (!cluster_)
      return spawn_directory(*system_, world_, room_limits_of(config_),
                             config_.room_count_max);
    return cluster_->start(*system_, world_, room_limits_of(config_),
                           config_.room_count_max);
  }

  void open() {
    where_ = {boost::asio::ip::make_address(config_.address), config_.port};
    if (const auto error = gateway_->open(where_))
      throw std::runtime_error{"cannot listen on " + config_.address + " port "
                               + std::to_string(config_.port) + ": " + error.message()};
  }

  std::unique_ptr<control_socket> open_control(room_inspector& inspector) {
    if (config_.control_socket.empty())
      return nullptr;
    return std::make_unique<control_socket>(
      config_.control_socket,
      [&](const std::string& request) { return inspector.answer(request); });
  }

  /// Until the operator asks to stop.
  void serve_operator(room_inspector& inspector) {
    while (await_signal() == signal_wish::dump)
      dump_all(inspector);
  }

  void dump_all(room_inspector& inspector) {
    auto level = severity::info;
    std::string detail = "no --control-socket beside which to write";
    if (!config_.control_socket.empty()) {
      detail = config_.control_socket + '.' + std::to_string(clock_.now()) + ".flights";
      try {
        write_private_file(detail, inspector.dump_all());
      } catch (const std::exception& fault) {
        level = severity::error;
        detail = fault.what();
      }
    }
    note(world_, {.level = level, .event = "dump", .detail = detail});
  }

  /// Other nodes take the rooms first, then the participants.
  void drain(const net::gateway_actor& speaker, const directory_actor& directory) {
    const bool has_heir = cluster_ && cluster_->drain();
    const auto patience = has_heir ? config_.cluster_drain_timeout
                                   : caf::timespan{drain_patience};
    const auto until = std::chrono::steady_clock::now() + patience;
    net::drain_gateway wish;
    if (has_heir)
      wish.window_max = std::chrono::duration_cast<std::chrono::milliseconds>(patience
                                                                              / 2);
    caf::scoped_actor self{*system_};
    self->request(speaker, patience, wish)
      .receive([](const net::gateway_drained&) {},
               [this](const caf::error&) { give_up(); });
    if (has_heir)
      await_last_room(directory, until);
  }

  /// A room ends here when the next owner has it, and all that was said here, too.
  void await_last_room(const directory_actor& directory,
                       std::chrono::steady_clock::time_point until) {
    caf::scoped_actor self{*system_};
    bool has_rooms = true;
    // The last of several that drain together has nobody to wait for.
    while (has_rooms && cluster_->drain() && std::chrono::steady_clock::now() < until) {
      self->request(directory, settle_patience, list_rooms{})
        .receive([&](const std::vector<std::string>& left) { has_rooms = !left.empty(); },
                 [&](const caf::error&) { has_rooms = false; });
      if (has_rooms)
        std::this_thread::sleep_for(room_look_interval);
    }
  }

  /// Waits for the rooms, which end with their directory. They must be gone before
  /// the system is: CAF's own clock stops for ever when it drops the last handles
  /// to more than 63 actors that live.
  void settle() {
    const auto until = std::chrono::steady_clock::now() + settle_patience;
    while (system_->registry().running() > 0 && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }

  void give_up() {
    note(world_, {.level = severity::warning,
                  .event = "drain",
                  .detail = "gave up on the connections that are left"});
  }

  configuration& config_;
  std::unique_ptr<spdlog_journal> journal_;
  net::system_clock clock_;
  net::system_random random_;
  net::hmac_signer signer_;
  net::ice_servers ice_;
  net::readiness ready_;
  ports world_;
  net::reactor_pool reactors_;
  std::optional<net::gateway> gateway_;
  std::optional<cluster> cluster_;
  std::optional<caf::actor_system> system_;
  tcp::endpoint where_;
};

} // namespace

int serve(configuration& config) {
  prepare_process();
  server whole{config};
  whole.run();
  return whole.status();
}

} // namespace greenroom
