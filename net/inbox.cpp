#include "net/inbox.hpp"

namespace greenroom::net {

inbox::inbox(poller& home, inbox_reader& reader)
  : home_(home), home_thread_(std::this_thread::get_id()), reader_(&reader) {}

void inbox::put(wire::slot_id slot, session_event&& event) {
  const bool is_home = std::this_thread::get_id() == home_thread_;
  // Whatever this session said before, on whichever thread, is known here.
  if (is_home && !has_mail_ && reader_ && reader_->is_free())
    return reader_->hear(slot, std::move(event));
  std::unique_lock guard{mutex_};
  if (is_closed_)
    return;
  waiting_.emplace_back(slot, std::move(event));
  has_mail_ = true;
  if (is_home) {
    guard.unlock();
    if (reader_->is_free()) // Otherwise it looks here before it is free again.
      reader_->look();
  } else if (!is_waking_) {
    is_waking_ = true;
    // Under the lock, as `home_` may be gone once this is closed.
    home_.post([self = shared_from_this()] { self->wake(); });
  }
}

std::vector<inbox::word> inbox::take() {
  if (!has_mail_)
    return {}; // What comes this very moment brings a wake-up.
  std::lock_guard guard{mutex_};
  has_mail_ = false;
  return std::exchange(waiting_, {});
}

void inbox::close() {
  reader_ = nullptr;
  std::vector<word> unheard; // Destroyed without the lock.
  std::lock_guard guard{mutex_};
  is_closed_ = true;
  has_mail_ = false;
  unheard.swap(waiting_);
}

void inbox::wake() {
  {
    std::lock_guard guard{mutex_};
    is_waking_ = false;
  }
  if (reader_)
    reader_->look();
}

} // namespace greenroom::net
