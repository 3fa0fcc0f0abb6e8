#include "net/reactor_coordinator.hpp"

#include <algorithm>

#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scheduled_actor.hpp>

#include "net/reactor.hpp"

namespace greenroom::net {

namespace {

/// What an actor takes before others have a turn, unless `max-throughput` says
/// otherwise. CAF's default is no bound: an actor that floods itself would
/// never let go of its reactor. A message may bring several pushes, see
/// `limits::pushes_at_once_max`.
constexpr std::size_t messages_per_turn_max = 64;

/// Ends an actor as its own `quit` would, but without running it. Releases the
/// reference that its queue held. Its farewells are queued on `unit`.
void end_actor(caf::resumable* job, caf::execution_unit* unit) {
  const auto kind = job->subtype();
  if (kind == caf::resumable::scheduled_actor || kind == caf::resumable::io_actor) {
    auto* actor = static_cast<caf::scheduled_actor*>(job);
    if (!actor->getf(caf::abstract_actor::is_cleaned_up_flag)) {
      actor->on_exit();
      actor->cleanup(caf::make_error(caf::exit_reason::user_shutdown), unit);
    }
  }
  intrusive_ptr_release(job);
}

} // namespace

reactor_coordinator::reactor_coordinator(caf::actor_system& system,
                                         reactor_pool& reactors)
  : abstract_coordinator(system), reactors_(reactors) {}

void reactor_coordinator::enqueue(caf::resumable* job) {
  auto* here = reactor::current();
  // Another system's reactor must not run our actors.
  if (here == nullptr || !here->runs(system_))
    here = &reactors_[next_worker_++ % reactors_.size()];
  here->exec_later(job);
}

void reactor_coordinator::init(caf::actor_system_config& config) {
  abstract_coordinator::init(config);
  if (auto given = caf::get_if<std::size_t>(&config, "scheduler.max-throughput"))
    max_throughput_ = std::max<std::size_t>(*given, 1);
  else
    max_throughput_ = messages_per_turn_max;
  num_workers_ = reactors_.size();
  for (auto& each : reactors_)
    each->attach(system_, max_throughput_);
}

void reactor_coordinator::start() {
  reactors_.start();
  clock_.start();
  abstract_coordinator::start();
}

void reactor_coordinator::stop() {
  reactors_.stop();
  clock_.stop();
  stop_actors(); // CAF's printer, which has a thread of its own.
  while (end_queued_actors()) {
    // Those that ended have sent their last words to others, which end as well.
  }
}

bool reactor_coordinator::end_queued_actors() {
  bool any = false;
  for (auto& each : reactors_) {
    for (auto* job : each->take_jobs()) {
      any = true;
      end_actor(job, each.get());
    }
  }
  return any;
}

void run_actors_on(reactor_pool& reactors, caf::actor_system_config& config) {
  config.module_factories.emplace_back(
    [&reactors](caf::actor_system& system) -> caf::actor_system::module* {
      return new reactor_coordinator{system, reactors};
    });
}

} // namespace greenroom::net
