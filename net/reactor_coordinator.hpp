// Makes a node's reactors the scheduler of its actor system.
#pragma once

#include <caf/atom.hpp>
#include <caf/fwd.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include "net/reactor_clock.hpp"

namespace greenroom::net {

class reactor_pool;

/// The name of this scheduler in `scheduler.policy`.
inline constexpr auto reactor_policy = caf::atom("reactor");

/// Installed in place of CAF's own schedulers by `run_actors_on`.
class reactor_coordinator final : public caf::scheduler::abstract_coordinator {
public:
  reactor_coordinator(caf::actor_system& system, reactor_pool& reactors);

  /// Queues an actor on the reactor of the calling thread, else on the next.
  void enqueue(caf::resumable* job) override;

  caf::actor_clock& clock() noexcept override { return clock_; }

  void init(caf::actor_system_config& config) override;
  void start() override;

  /// Ends every actor that has mail; the others end with their last handle.
  void stop() override;

private:
  /// @returns Whether there was any.
  bool end_queued_actors();

  reactor_pool& reactors_;
  reactor_clock clock_;
};

/// Lets the actors of the system that `config` is for run on `reactors`, which
/// the system then starts and stops.
void run_actors_on(reactor_pool& reactors, caf::actor_system_config& config);

} // namespace greenroom::net
