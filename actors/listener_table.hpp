// Who hears what a room says, by participant.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "actors/interfaces.hpp"
#include "protocol/vocabulary/prefetch.hpp"

namespace greenroom {

/// Ordered by participant, so that a replay hangs on neither hashes nor addresses; and in
/// one piece, as a signal looks somebody up, and what a map has is scattered. To add or
/// remove somebody moves all who come behind: 24 bytes each.
class listener_table {
public:
  struct entry {
    participant_id who;
    room_listener_actor listener;
  };

  /// @returns Null if nobody listens for `who`.
  const room_listener_actor* find(const participant_id& who) const {
    const auto at = position_of(who);
    return at != entries_.end() && at->who == who ? &at->listener : nullptr;
  }

  /// @returns Who listened for `who` until now; null if nobody did.
  room_listener_actor replace(const participant_id& who, room_listener_actor listener) {
    const auto at = entries_.begin() + (position_of(who) - entries_.cbegin());
    if (at != entries_.end() && at->who == who)
      return std::exchange(at->listener, std::move(listener));
    entries_.insert(at, {who, std::move(listener)});
    return {};
  }

  void remove(const participant_id& who) {
    const auto at = position_of(who);
    if (at != entries_.end() && at->who == who)
      entries_.erase(at);
  }

  /// Gives the memory back, too.
  void clear() { std::vector<entry>{}.swap(entries_); }
  std::size_t size() const { return entries_.size(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

  /// As far as it is small. See protocol/vocabulary/prefetch.hpp.
  void prefetch() const {
    constexpr std::size_t bytes_max = 512;
    greenroom::prefetch(entries_.data(),
                        std::min(entries_.size() * sizeof(entry), bytes_max));
  }

private:
  std::vector<entry>::const_iterator position_of(const participant_id& who) const {
    return std::ranges::lower_bound(entries_, who, {}, &entry::who);
  }

  std::vector<entry> entries_;
};

} // namespace greenroom
