#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "actors/ports.hpp"
#include "net/session_link.hpp"
#include "protocol/room/room.hpp"
#include "tests/sim/choices.hpp"
#include "tests/sim/twins.hpp"

namespace greenroom::sim {

/// Mail that some actor has just taken.
struct job {
  std::string_view actor;     ///< By name, such as "greenroom.room".
  std::uint64_t number = 0;   ///< Counted from the start of its node.
  std::size_t mail_count = 0; ///< Of rooms: how much had waited.
};

/// A session as its connection holds it. As in production, letting go of it means
/// that the connection is lost.
class session_hold : public net::session_link {
public:
  virtual bool is_alive() const = 0;
  /// Its process dies without a word.
  virtual void kill() = 0;
};

/// One Greenroom in one thread: its actors are the production ones, its scheduler
/// and its ports are not. Nothing happens in it unless it is told to.
class node {
public:
  struct settings {
    std::size_t index = 0;
    room_limits limits;
    bool is_networked = false; ///< Joined to others by a mesh.
    bool shares_rooms = false; ///< With the others.
  };
  using journal_listener = std::function<void(std::uint64_t actor, const journal_entry&)>;

  /// @param world_ms  The world's clock, which the node's own follows.
  /// @param journal   Hears each line, and which actor wrote it.
  node(const settings& setup, choices& random, const instant& world_ms,
       journal_listener journal);

  /// Kills all that lives in it, unheard.
  ~node();

  node(const node&) = delete;
  node& operator=(const node&) = delete;

  std::size_t index() const { return setup_.index; }
  skewed_clock& clock() { return clock_; }
  const skewed_clock& clock() const { return clock_; }

  /// It stands still: nothing of it runs, and its timers wait.
  bool is_stalled = false;

  // -- actors -------------------------------------------------------------------

  /// How many actors have mail.
  std::size_t ready_count() const;
  /// Lets the actor at `position` among those take one message.
  job run(std::size_t position);

  std::shared_ptr<session_hold>
  open(join_request request, std::shared_ptr<outbox_port> outbox, std::string origin);

  /// A room of the node dies as if by our own fault.
  /// @returns Its actor's number; zero if no room is alive.
  std::uint64_t kill_room();

  /// It gives up owning rooms.
  void drain();
  /// It tells the others that it leaves.
  void depart();

  /// @returns How many actors live that this node did not start with.
  std::size_t extra_actor_count() const;
  /// Those which live now count as its own.
  void adopt_actors();

  // -- time ---------------------------------------------------------------------

  /// Brings the node's timers up to the world's clock.
  void catch_up();
  /// @returns When the next timer is due, by the world's clock.
  std::optional<instant> next_timer() const;

  // -- for the mesh ---------------------------------------------------------------

  /// What only files that know CAF may touch; see tests/sim/node_core.hpp.
  struct core;
  core& inside() { return *core_; }

private:
  ports world();
  void start_directory();

  settings setup_;
  const instant& world_ms_;
  choices& random_;
  instant timers_ms_; ///< Up to when timers have fired.
  bool is_unheard_ = false;
  std::uint64_t running_ = 0;

  skewed_clock clock_;
  seeded_random random_port_;
  toy_signer signer_;
  no_ice ice_;
  listening_journal journal_;
  std::unique_ptr<core> core_;
};

} // namespace greenroom::sim
