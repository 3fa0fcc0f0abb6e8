// What actors ask of the world outside. Production answers in net/ and tools/,
// the simulator with twins of its own. None of these may block.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/vocabulary/journal.hpp"
#include "protocol/vocabulary/messages.hpp"
#include "protocol/vocabulary/prefetch.hpp"

namespace greenroom {

/// Never goes back. Safe to call from any thread, like all ports but `outbox`.
class clock_port {
public:
  virtual ~clock_port() = default;
  virtual instant now() const = 0;
};

/// Unpredictable in production, a function of the seed in the simulator.
class random_port {
public:
  virtual ~random_port() = default;
  virtual std::uint64_t next() = 0;
};

/// Keeps the secret that all nodes of a cluster share.
class signer_port {
public:
  using signature = std::array<unsigned char, 32>; ///< HMAC-SHA256.
  virtual ~signer_port() = default;
  virtual signature sign(std::string_view bytes) const = 0;
};

/// Says which STUN and TURN servers a participant may use.
class ice_port {
public:
  virtual ~ice_port() = default;
  virtual std::vector<ice_server> servers_for(const participant_id& who,
                                              instant now) const = 0;
};

class journal_port {
public:
  virtual ~journal_port() = default;
  /// Cheap; asked before an entry for the hot path is put together.
  virtual bool wants(severity level) const = 0;
  virtual void write(const journal_entry& entry) = 0;
};

/// Where a session's words to its client go. Called on whatever thread runs
/// the session; order is kept.
class outbox_port {
public:
  virtual ~outbox_port() = default;
  virtual void hear(session_event&& event) = 0;
  /// Lists what it needs for that, see protocol/vocabulary/prefetch.hpp. On the thread that
  /// made it, before anything was heard.
  virtual void list_needed(prefetch_list&) const {}
};

/// Answers for the node when it is asked whether it can admit anybody.
class readiness_port {
public:
  virtual ~readiness_port() = default;
  /// @param full There are as many rooms as may be, with people in all of them.
  virtual void note_rooms(bool full) = 0;
};

/// All of them, for the lifetime of the actor system. Owned by whoever wires
/// the layers, who destroys them after the system.
struct ports {
  const clock_port* clock = nullptr;
  random_port* random = nullptr;
  const signer_port* signer = nullptr;
  const ice_port* ice = nullptr;
  journal_port* journal = nullptr;
  readiness_port* readiness = nullptr; ///< Null where nobody asks.
};

/// Writes `entry`, if the journal wants it, with the time that it is now.
inline void note(const ports& world, journal_entry entry) {
  if (!world.journal->wants(entry.level))
    return;
  entry.ts = world.clock->now();
  world.journal->write(entry);
}

} // namespace greenroom
