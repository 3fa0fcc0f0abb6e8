#include "tests/sim/node.hpp"

#include <chrono>
#include <utility>

#include <caf/io/middleman.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/send.hpp>

namespace greenroom::sim {

namespace {

using std::chrono::milliseconds;

/// The clock shows whether it has timers, but not when the next is due.
struct clock_reader : caf::detail::test_actor_clock {
  static std::optional<time_point> next(const caf::detail::test_actor_clock& clock) {
    const auto& schedule = clock.*(&clock_reader::schedule_);
    if (schedule.empty())
      return std::nullopt;
    return schedule.begin()->first;
  }
};

} // namespace

node::config::config(bool networked) {
  set("scheduler.policy", caf::atom("testing"));
  set("logger.inline-output", true); // No thread for a log that nobody reads.
  if (!networked)
    return;
  load<caf::io::middleman>();
  set("middleman.network-backend", caf::atom("testing"));
  set("middleman.manual-multiplexing", true);
  set("middleman.workers", std::size_t{0});
  set("middleman.heartbeat-interval", caf::timespan{milliseconds{0}});
}

node::node(const settings& setup, choices& random, const instant& world_ms,
           std::function<void(std::uint64_t, const journal_entry&)> journal)
  : setup_(setup),
    world_ms_(world_ms),
    random_(random),
    timers_ms_(world_ms),
    clock_(world_ms),
    random_port_(random),
    journal_([this, hear = std::move(journal)](const journal_entry& line) {
      if (!unheard_)
        hear(running_, line);
    }),
    config_(setup.networked),
    system_(config_),
    coordinator_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())) {
  system_.await_actors_before_shutdown(false);
  // The clock's epoch means "no timeout" to some of CAF's code.
  coordinator_.clock().current_time += std::chrono::hours(1);
  settle_unheard();
  directory_ = spawn_directory(system_, world(), setup.limits);
  settle_unheard();
  first_actor_count_ = system_.registry().running();
}

node::~node() {
  unheard_ = true;
  caf::anon_send_exit(directory_, caf::exit_reason::kill);
  directory_ = nullptr;
  for (const auto& [number, room] : rooms_)
    if (auto alive = room.lock())
      caf::anon_send_exit(caf::actor_cast<caf::actor>(alive), caf::exit_reason::kill);
  for (const auto& session : sessions_)
    if (auto alive = session.lock())
      caf::anon_send_exit(caf::actor_cast<caf::actor>(alive), caf::exit_reason::kill);
  settle_unheard();
}

ports node::world() {
  return {&clock_, &random_port_, &signer_, &ice_, &journal_};
}

job node::run(std::size_t position) {
  auto& jobs = coordinator_.jobs;
  std::swap(jobs.front(), jobs[position]);
  job taken;
  if (auto* actor = dynamic_cast<caf::scheduled_actor*>(jobs.front())) {
    taken = {actor->name(), actor->id(), 0};
    if (taken.actor == "greenroom.room") {
      taken.mail_count = actor->mailbox().size();
      rooms_.try_emplace(taken.number, actor->ctrl());
    }
  }
  running_ = taken.number;
  coordinator_.run_once();
  return taken;
}

session_actor node::open(join_request request, std::shared_ptr<outbox_port> outbox,
                         std::string origin) {
  auto session = spawn_session(system_, world(), directory_, std::move(request),
                               std::move(outbox), std::move(origin));
  sessions_.push_back(caf::actor_cast<caf::weak_actor_ptr>(session));
  return session;
}

std::uint64_t node::kill_room() {
  std::erase_if(rooms_, [](const auto& entry) {
    const auto alive = entry.second.lock();
    return !alive || caf::actor_cast<caf::abstract_actor*>(alive)->getf(caf::abstract_actor::is_terminated_flag);
  });
  if (rooms_.empty())
    return 0;
  const auto victim = std::next(rooms_.begin(), static_cast<std::ptrdiff_t>(random_.below(rooms_.size())));
  if (auto alive = victim->second.lock())
    caf::anon_send_exit(caf::actor_cast<caf::actor>(alive), caf::exit_reason::unhandled_exception);
  return victim->first;
}

std::size_t node::extra_actor_count() const {
  return system_.registry().running() - first_actor_count_;
}

void node::catch_up() {
  if (world_ms_ <= timers_ms_)
    return;
  coordinator_.advance_time(milliseconds{world_ms_ - timers_ms_});
  timers_ms_ = world_ms_;
}

std::optional<instant> node::next_timer() const {
  const auto due = clock_reader::next(coordinator_.clock());
  if (!due)
    return std::nullopt;
  const auto wait = *due - coordinator_.clock().current_time;
  return timers_ms_ + std::chrono::ceil<milliseconds>(wait).count();
}

void node::settle_unheard() {
  while (!coordinator_.jobs.empty())
    coordinator_.run_once();
}

} // namespace greenroom::sim
