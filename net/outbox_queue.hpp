// What waits for one client to read it: bounded in bytes, and kept short where
// only the newest counts. Pure: neither socket nor clock.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

#include "net/merged_presence.hpp"
#include "protocol/vocabulary/messages.hpp"
#include "protocol/wire/dialect.hpp"

namespace greenroom::net {

/// Frames, signals and chat leave in the order in which they came. Towards a
/// client that does not keep up, two kinds of events merge, slot by slot:
/// - Roster changes: newcomers and updates join the roster change that waits
///   already, so nobody is heard before the client knows of them. Leaves go to
///   the last one, so that nobody is heard after the client forgot them. Who comes
///   back before that was sent has not left.
/// - Media updates: of each sender, the newest takes the place of the waiting
///   one, at the end of the queue.
class outbox_queue {
public:
  /// Either a frame, or an event that its dialect still has to render.
  struct item {
    shared_frame frame;
    wire::slot_id slot = 0;
    shared_event event;
  };

  explicit outbox_queue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// @returns false when more waits than is allowed. The item is queued all the
  ///          same; whoever owns the queue has to close the connection.
  bool push(shared_frame frame);

  /// @param is_replay It comes from the room's log: it counts less towards the bound,
  ///                  see `limits::replay_share`, and never merges.
  bool push(wire::slot_id slot, shared_event event, bool is_replay);

  /// Drops what waits for a slot that nobody will render any more. Takes a step for
  /// each waiting entry.
  void drop(wire::slot_id slot);

  /// The client does not keep up: what is pushed from now on, until the queue
  /// is empty, may merge.
  void congest() { congested_ = true; }

  /// @returns Nothing when the queue is empty.
  std::optional<item> pop();

  void clear();
  bool empty() const { return entries_.empty(); }
  bool is_over() const { return bytes_ > bytes_max_; }
  std::size_t bytes() const { return bytes_; }
  std::size_t size() const { return entries_.size(); }

private:
  struct entry {
    item content;
    std::unique_ptr<merged_presence> merged; ///< Instead of the event's own body.
    std::size_t weight = 0;
  };
  using position = std::list<entry>::iterator;

  /// Where the next event of its kind may merge. Roster changes of a slot have
  /// the nil id.
  struct lane {
    wire::slot_id slot = 0;
    participant_id sender;
    bool operator==(const lane&) const = default;
  };
  struct lane_hash {
    std::size_t operator()(const lane& key) const noexcept {
      return std::hash<participant_id>{}(key.sender) * 31 + key.slot;
    }
  };
  /// What waits in a lane and may merge. Of media updates both are the same.
  struct span {
    position first, last;
  };

  position append(entry added);
  void append_leaves(span& waiting, const item& later);
  void push_presence(item content);
  void push_join(span& waiting, presence joining, const presence* replaced);
  void push_media(item content);
  merged_presence& merge_into(entry& target);
  void reweigh(entry& target);
  void forget(position gone);
  static std::optional<lane> lane_of(const item& content);

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  bool congested_ = false;
  std::list<entry> entries_;
  std::unordered_map<lane, span, lane_hash> lanes_;
};

} // namespace greenroom::net
