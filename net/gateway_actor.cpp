#include "net/gateway_actor.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/spawn.hpp"
#include "net/reactor.hpp"

namespace greenroom::net {

namespace {

/// From the stop to the first Close. What clients said before reaches its readers
/// meanwhile; after its Close, a connection may not carry anything more.
constexpr std::chrono::milliseconds last_words{100};

/// How long the gateway waits between looks for the last session. They end by
/// themselves, as soon as their rooms know that they do.
constexpr std::chrono::milliseconds look_interval{2};

/// Keeps a session alive, and tells it when its connection is gone.
class actor_link final : public session_link {
public:
  explicit actor_link(session_handle session) : session_(std::move(session)) {}
  ~actor_link() override { session_.lose(); }

  void push(client_pushes&& pushes) override { session_.push(std::move(pushes)); }
  void leave() override { session_.leave(); }
  bool list_needed(prefetch_list& places) const override {
    return session_.list_needed(places);
  }

private:
  session_handle session_;
};

class gateway_process final : public gateway_actor::base {
public:
  gateway_process(caf::actor_config& config, gateway* gate)
    : gateway_actor::base(config), gate_(gate) {}

  /// An answer that is still owed holds on to its actor.
  void on_exit() override { waiting_.clear(); }

  gateway_actor::behavior_type make_behavior() override {
    return {
      [this](const drain_gateway& wanted) { return drain(wanted); },
      [this](const close_connections&) { gate_->close_connections(window_max_, this); },
      [this](const pool_emptied&) {
        if (--unemptied_count_ == 0)
          look_for_sessions_left();
      },
      [this](const look_for_sessions&) { look_for_sessions_left(); },
    };
  }

private:
  using promise = caf::typed_response_promise<gateway_drained>;

  caf::result<gateway_drained> drain(const drain_gateway& wanted) {
    if (state_ == state::drained)
      return gateway_drained{};
    auto answer = make_response_promise<gateway_drained>();
    waiting_.push_back(answer);
    if (state_ == state::open) {
      state_ = state::draining;
      window_max_ = wanted.window_max;
      unemptied_count_ = gate_->pool_count();
      gate_->shut();
      if (gate_->has_connections())
        delayed_send(this, last_words, close_connections{});
      else
        send(this, close_connections{});
    }
    return answer;
  }

  void look_for_sessions_left() {
    if (gate_->has_sessions()) {
      delayed_send(this, look_interval, look_for_sessions{});
      return;
    }
    state_ = state::drained;
    for (auto& each : std::exchange(waiting_, {}))
      each.deliver(gateway_drained{});
  }

  enum class state { open, draining, drained };

  gateway* gate_;
  state state_ = state::open;
  std::chrono::milliseconds window_max_{0};
  std::size_t unemptied_count_ = 0;
  std::vector<promise> waiting_;
};

} // namespace

session_spawner::session_spawner(caf::actor_system& system, ports world,
                                 directory_actor directory)
  : system_(system), world_(world), directory_(std::move(directory)) {}

std::unique_ptr<session_link> session_spawner::open(join_request request,
                                                    std::shared_ptr<outbox_port> outbox,
                                                    std::string origin) {
  auto session = spawn_session(system_, world_, directory_, std::move(request),
                               std::move(outbox), std::move(origin));
  ++*session_count_;
  caf::actor_cast<caf::abstract_actor*>(session.actor())
    ->attach_functor([count = session_count_] { --*count; });
  return std::make_unique<actor_link>(std::move(session));
}

gateway::gateway(reactor_pool& reactors, server_options options, ports world,
                 readiness& ready) {
  context_.options = std::move(options);
  context_.world = world;
  context_.ready = &ready;
  std::vector<connection_pool*> pools;
  for (auto& each : reactors) {
    pools_.push_back(
      std::make_unique<connection_pool>(each->context(), each->watcher(), context_));
    auto* pool = pools_.back().get();
    each->at_turn_end([pool] { pool->end_turn(); });
    pools.push_back(pool);
  }
  listener_.emplace(reactors[0].context(), reactors[0].watcher(), std::move(pools),
                    context_);
}

boost::system::error_code gateway::open(const boost::asio::ip::tcp::endpoint& where) {
  return listener_->open(where);
}

gateway_actor gateway::start(caf::actor_system& system, directory_actor directory) {
  sessions_.emplace(system, context_.world, std::move(directory));
  context_.sessions = &*sessions_;
  auto speaker = system.spawn<gateway_process>(this);
  listener_->start();
  return speaker;
}

void gateway::shut() {
  context_.ready->raise(obstacle::stopping);
  report_stop();
  listener_->stop();
}

void gateway::close_connections(std::chrono::milliseconds window_max,
                                const gateway_actor& to) {
  const std::chrono::milliseconds at_usual_pace{limits::drain_pace_ms
                                                * context_.connection_count.load()};
  const auto window = std::min(window_max, at_usual_pace);
  for (auto& each : pools_)
    each->stop(window, [to] { caf::anon_send(to, pool_emptied{}); });
}

void gateway::report_stop() const {
  const auto detail = std::to_string(context_.connection_count) + " connections, "
                      + std::to_string(sessions_->session_count()) + " sessions";
  note(context_.world, {.event = "drain", .detail = detail});
}

} // namespace greenroom::net
