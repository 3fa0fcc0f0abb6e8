#include "tests/sim/node.hpp"

#include <chrono>
#include <iterator>
#include <utility>

#include <caf/io/middleman.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/send.hpp>

#include "tests/sim/node_core.hpp"

namespace greenroom::sim {

namespace {

using std::chrono::milliseconds;

/// The clock says whether it has timers, but not when the next is due.
struct clock_reader : caf::detail::test_actor_clock {
  static std::optional<time_point> next(const caf::detail::test_actor_clock& clock) {
    const auto& schedule = clock.*(&clock_reader::schedule_);
    if (schedule.empty())
      return std::nullopt;
    return schedule.begin()->first;
  }
};

class actor_hold final : public session_hold {
public:
  explicit actor_hold(session_handle session) : session_(std::move(session)) {}
  ~actor_hold() override { session_.lose(); }

  void push(client_pushes&& pushes) override { session_.push(std::move(pushes)); }
  void leave() override { session_.leave(); }
  void kill() override { caf::anon_send_exit(session_.actor(), caf::exit_reason::kill); }
  bool is_alive() const override {
    return is_running(caf::actor_cast<caf::strong_actor_ptr>(session_.actor()));
  }

private:
  session_handle session_;
};

void kill_if_alive(const caf::weak_actor_ptr& who, caf::exit_reason why) {
  if (const auto alive = who.lock())
    caf::anon_send_exit(caf::actor_cast<caf::actor>(alive), why);
}

} // namespace

bool is_running(const caf::strong_actor_ptr& who) {
  return who
         && !caf::actor_cast<caf::abstract_actor*>(who)->getf(
           caf::abstract_actor::is_terminated_flag);
}

// -- core ---------------------------------------------------------------------

node_config::node_config(bool is_networked) {
  set("scheduler.policy", caf::atom("testing"));
  set("logger.inline-output", true); // No thread for a log that nobody reads.
  if (!is_networked)
    return;
  load<caf::io::middleman>();
  add_cluster_messages(*this);
  set("middleman.network-backend", caf::atom("testing"));
  set("middleman.manual-multiplexing", true);
  set("middleman.workers", std::size_t{0});
  // Without the second a silent peer would never be noticed.
  set("middleman.heartbeat-interval", caf::timespan{milliseconds{500}});
  set("middleman.connection-timeout", caf::timespan{milliseconds{2'000}});
}

node::core::core(bool is_networked)
  : config(is_networked),
    system(config),
    coordinator(dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())),
    registry(system.registry()) {
  system.await_actors_before_shutdown(false);
  // The clock's epoch means "no timeout" to some of CAF's code.
  coordinator.clock().current_time += std::chrono::hours(1);
  if (is_networked)
    multiplexer = dynamic_cast<caf::io::network::test_multiplexer*>(
      &system.middleman().backend());
  exhaust();
}

node::core::~core() {
  if (voice)
    caf::anon_send_exit(voice, caf::exit_reason::kill);
  voice = nullptr;
  caf::anon_send_exit(directory, caf::exit_reason::kill);
  directory = nullptr;
  for (const auto& [number, room] : rooms)
    kill_if_alive(room, caf::exit_reason::kill);
  for (const auto& other : others)
    kill_if_alive(other, caf::exit_reason::kill);
  exhaust();
}

void node::core::exhaust() {
  for (bool is_busy = true; is_busy;) {
    is_busy = coordinator.try_run_once();
    if (multiplexer)
      is_busy |= multiplexer->try_exec_runnable();
  }
}

// -- node ---------------------------------------------------------------------

node::node(const settings& setup, choices& random, const instant& world_ms,
           journal_listener journal)
  : setup_(setup),
    world_ms_(world_ms),
    random_(random),
    timers_ms_(world_ms),
    clock_(world_ms),
    random_port_(random),
    journal_([this, hear = std::move(journal)](const journal_entry& line) {
      if (!is_unheard_)
        hear(running_, line);
    }),
    core_(std::make_unique<core>(setup.is_networked)) {
  start_directory();
  core_->exhaust();
  adopt_actors();
}

void node::start_directory() {
  if (!setup_.shares_rooms) {
    core_->directory = spawn_directory(core_->system, world(), setup_.limits);
    return;
  }
  node_settings setup;
  setup.name = {"node-" + std::to_string(setup_.index)};
  setup.address = setup.name.value + ":1";
  setup.seeds = {"another:1"}; // Decides nothing before it has heard of one.
  auto started = spawn_cluster_node(core_->system, world(), core_->dialer,
                                    std::move(setup), setup_.limits,
                                    limits::room_count_max);
  core_->directory = caf::actor_cast<directory_actor>(started.directory);
  core_->voice = std::move(started.node);
}

node::~node() {
  is_unheard_ = true;
}

ports node::world() {
  return {&clock_, &random_port_, &signer_, &ice_, &journal_};
}

std::size_t node::ready_count() const {
  return core_->coordinator.jobs.size();
}

job node::run(std::size_t position) {
  auto& jobs = core_->coordinator.jobs;
  std::swap(jobs.front(), jobs[position]);
  job taken;
  if (auto* actor = dynamic_cast<caf::scheduled_actor*>(jobs.front())) {
    taken = {actor->name(), actor->id(), 0};
    if (taken.actor == "greenroom.room") {
      taken.mail_count = actor->mailbox().size();
      core_->rooms.try_emplace(taken.number, actor->ctrl());
    }
  }
  running_ = taken.number;
  core_->coordinator.run_once();
  return taken;
}

std::shared_ptr<session_hold> node::open(join_request request,
                                         std::shared_ptr<outbox_port> outbox,
                                         std::string origin) {
  auto session = spawn_session(core_->system, world(), core_->directory,
                               std::move(request), std::move(outbox), std::move(origin));
  core_->others.push_back(caf::actor_cast<caf::weak_actor_ptr>(session.actor()));
  return std::make_shared<actor_hold>(std::move(session));
}

std::uint64_t node::kill_room() {
  auto& rooms = core_->rooms;
  std::erase_if(rooms,
                [](const auto& entry) { return !is_running(entry.second.lock()); });
  if (rooms.empty())
    return 0;
  const auto victim = std::next(rooms.begin(),
                                static_cast<std::ptrdiff_t>(random_.below(rooms.size())));
  kill_if_alive(victim->second, caf::exit_reason::unhandled_exception);
  return victim->first;
}

void node::drain() {
  caf::anon_send(core_->voice, drain_node{});
}

void node::depart() {
  caf::anon_send_exit(core_->voice, caf::exit_reason::user_shutdown);
}

std::size_t node::extra_actor_count() const {
  return core_->registry.running() - core_->own_actor_count;
}

void node::adopt_actors() {
  core_->own_actor_count = core_->registry.running();
}

void node::catch_up() {
  if (world_ms_ <= timers_ms_)
    return;
  core_->coordinator.advance_time(milliseconds{world_ms_ - timers_ms_});
  timers_ms_ = world_ms_;
}

std::optional<instant> node::next_timer() const {
  const auto& clock = core_->coordinator.clock();
  const auto due = clock_reader::next(clock);
  if (!due)
    return std::nullopt;
  return timers_ms_ + std::chrono::ceil<milliseconds>(*due - clock.current_time).count();
}

} // namespace greenroom::sim
