// How the words of sessions, on whatever thread those run, reach the thread of
// their connection.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "actors/ports.hpp"
#include "net/poller.hpp"
#include "protocol/wire/dialect.hpp"

namespace greenroom::net {

/// Who empties an inbox, on its own thread.
class inbox_reader {
public:
  /// @returns false while a word must wait, as an earlier one is being heard.
  virtual bool is_free() const = 0;
  virtual void hear(wire::slot_id slot, session_event&& event) = 0;
  /// Something waits in the inbox. Not called while the reader is not free.
  virtual void look() = 0;
  /// Lists what it needs to hear of `slot`, see protocol/vocabulary/prefetch.hpp.
  virtual void list_needed(wire::slot_id slot, prefetch_list& places) const = 0;

protected:
  ~inbox_reader() = default;
};

/// Outlives its connection where sessions still hold it; then it takes no more.
class inbox : public std::enable_shared_from_this<inbox> {
public:
  using word = std::pair<wire::slot_id, session_event>;

  /// Made on the reader's thread, to which `home` belongs.
  inbox(poller& home, inbox_reader& reader);

  /// From any thread. The reader hears it at once where that is possible, and
  /// otherwise in its turn, with one wake-up for all that waits.
  void put(wire::slot_id slot, session_event&& event);

  // -- on the reader's thread ---------------------------------------------------

  /// @returns All that waits, in order.
  std::vector<word> take();

  void close();

  /// Before it is closed.
  void list_needed(wire::slot_id slot, prefetch_list& places) const {
    places.add(this, sizeof *this);
    reader_->list_needed(slot, places);
  }

private:
  void wake();

  poller& home_;
  const std::thread::id home_thread_;
  inbox_reader* reader_; ///< Null when closed. Touched at home only.
  std::mutex mutex_;
  std::vector<word> waiting_;
  std::atomic<bool> has_mail_ = false; ///< Changes under the lock, with `waiting_`.
  bool is_waking_ = false;
  bool is_closed_ = false;
};

/// What one session holds of its connection.
class slot_outbox final : public outbox_port {
public:
  slot_outbox(std::shared_ptr<inbox> target, wire::slot_id slot)
    : target_(std::move(target)), slot_(slot) {}

  void hear(session_event&& event) override { target_->put(slot_, std::move(event)); }

  void list_needed(prefetch_list& places) const override {
    places.add(this, sizeof *this);
    target_->list_needed(slot_, places);
  }

private:
  std::shared_ptr<inbox> target_;
  wire::slot_id slot_;
};

} // namespace greenroom::net
