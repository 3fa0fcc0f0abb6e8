// What the owner of a room still owes one of its relays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "protocol/cluster/member.hpp"

namespace greenroom {

/// Words on their way to a relay, and commands of it whose effects have not reached
/// every node yet.
struct link_ledger {
  struct word {
    std::uint64_t number = 0;
    std::size_t bytes = 0;
    instant said_at = 0; ///< By the steady clock.
  };
  struct command {
    std::uint64_t number = 0;
    std::uint64_t last_word = 0; ///< Of the room, when the command had been applied.
  };

  node_name where;              ///< The relay's node.
  std::uint64_t since = 0;      ///< See `attach_relay`.
  std::uint64_t question = 0;   ///< The last one that was heard.
  std::uint64_t last_word = 0;  ///< Said to it.
  std::uint64_t taken = 0;      ///< The relay's last command; it may ask twice.
  std::uint64_t said_count = 0; ///< Words, since the relay is attached.
  instant spoken_at = 0;        ///< When the last word was said, by the steady clock.
  std::deque<word> unacknowledged;
  std::size_t unacknowledged_bytes = 0;
  std::deque<command> unstable;
  std::uint64_t stable = 0; ///< The relay's last command that is.
};

/// @param now By the steady clock.
void note_word(link_ledger& link, std::uint64_t number, std::size_t bytes, instant now);
void note_command(link_ledger& link, std::uint64_t number, std::uint64_t last_word);
/// A command that waits is carried out later, and not stable before.
void note_waiting_command(link_ledger& link, std::uint64_t number);
void note_waited_command(link_ledger& link, std::uint64_t number,
                         std::uint64_t last_word);
void acknowledge(link_ledger& link, std::uint64_t number);

/// @returns The first word that may not have come, if any.
std::optional<std::uint64_t> first_unacknowledged(const link_ledger& link);

/// @param floor The first word that may not have come to some relay, or will be said next.
/// @returns Up to which command all are stable now, if that is news.
std::optional<std::uint64_t> take_stable(link_ledger& link, std::uint64_t floor);

} // namespace greenroom
