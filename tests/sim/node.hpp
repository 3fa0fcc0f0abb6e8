#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include "actors/spawn.hpp"
#include "tests/sim/twins.hpp"

namespace greenroom::sim {

/// Mail that some actor is about to take.
struct job {
  std::string_view actor;  ///< By name, such as "greenroom.room".
  std::uint64_t number = 0; ///< Counted from the start of its node.
  std::size_t mail_count = 0;
};

/// One Greenroom in one thread: its actors are the production ones, its scheduler
/// and its ports are not. Nothing happens in it unless it is told to.
class node {
public:
  struct settings {
    std::size_t index = 0;
    room_limits limits;
    bool networked = false; ///< Joined to others by a mesh.
  };

  /// @param world_ms  The world's clock, which the node's own follows.
  /// @param journal   Hears each line, and which actor wrote it.
  node(const settings& setup, choices& random, const instant& world_ms,
       std::function<void(std::uint64_t actor, const journal_entry&)> journal);

  /// Kills all that lives in it, unheard.
  ~node();

  node(const node&) = delete;
  node& operator=(const node&) = delete;

  std::size_t index() const { return setup_.index; }
  caf::actor_system& system() { return system_; }
  caf::scheduler::test_coordinator& coordinator() { return coordinator_; }
  skewed_clock& clock() { return clock_; }
  const skewed_clock& clock() const { return clock_; }

  // -- actors -------------------------------------------------------------------

  /// How many actors have mail.
  std::size_t ready_count() const { return coordinator_.jobs.size(); }
  /// Lets the actor at `position` among those take one message.
  job run(std::size_t position);

  session_actor open(join_request request, std::shared_ptr<outbox_port> outbox,
                     std::string origin);

  /// A room of the node dies as if by our own fault.
  /// @returns Its actor's number; zero if no room is alive.
  std::uint64_t kill_room();

  /// @returns How many actors live that this node did not start with.
  std::size_t extra_actor_count() const;

  // -- time ---------------------------------------------------------------------

  /// Brings the node's timers up to the world's clock.
  void catch_up();
  /// @returns When the next timer is due, by the world's clock.
  std::optional<instant> next_timer() const;

private:
  struct config : caf::actor_system_config {
    explicit config(bool networked);
  };

  ports world();
  void settle_unheard();

  settings setup_;
  const instant& world_ms_;
  choices& random_;
  instant timers_ms_; ///< Up to when timers have fired.
  bool unheard_ = false;
  std::uint64_t running_ = 0;

  skewed_clock clock_;
  seeded_random random_port_;
  toy_signer signer_;
  no_ice ice_;
  listening_journal journal_;

  config config_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& coordinator_;
  directory_actor directory_;
  std::map<std::uint64_t, caf::weak_actor_ptr> rooms_;
  std::vector<caf::weak_actor_ptr> sessions_;
  std::size_t first_actor_count_ = 0;
};

} // namespace greenroom::sim
