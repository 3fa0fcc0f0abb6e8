#include "net/reactor_clock.hpp"

#include <memory>
#include <utility>

#include <caf/actor_control_block.hpp>
#include <caf/group.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message_id.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>

namespace greenroom::net {

namespace {

/// Mail from an actor to itself, which keeps it alive until then.
template <class T>
std::function<void()> wake(caf::abstract_actor* self, caf::message_id id, T what) {
  return [target = caf::strong_actor_ptr{self->ctrl()}, id, what] {
    target->get()->eq_impl(id, target, nullptr, what);
  };
}

} // namespace

// An alarm may hold the last handle to an actor, which cancels its timeouts as it
// goes. So alarms are taken out under the lock, but destroyed after it.

reactor_clock::~reactor_clock() {
  stop();
}

void reactor_clock::start() {
  thread_ = std::thread{[this] { run(); }};
}

void reactor_clock::stop() {
  {
    const std::lock_guard guard{mutex_};
    is_stopped_ = true;
  }
  is_changed_.notify_one();
  if (thread_.joinable())
    thread_.join();
  cancel_all();
}

void reactor_clock::set_ordinary_timeout(time_point due, caf::abstract_actor* self,
                                         caf::atom_value type, std::uint64_t id) {
  cancel_ordinary_timeout(self, type); // There is one of each type.
  add(due, {kind::ordinary, self->id(), caf::atom_uint(type),
            wake(self, caf::make_message_id(), caf::timeout_msg{type, id})});
}

void reactor_clock::set_multi_timeout(time_point due, caf::abstract_actor* self,
                                      caf::atom_value type, std::uint64_t id) {
  add(due, {kind::multi, self->id(), id,
            wake(self, caf::make_message_id(), caf::timeout_msg{type, id})});
}

void reactor_clock::set_request_timeout(time_point due, caf::abstract_actor* self,
                                        caf::message_id id) {
  add(due, {kind::request, self->id(), id.integer_value(),
            wake(self, id, caf::make_error(caf::sec::request_timeout))});
}

void reactor_clock::cancel_ordinary_timeout(caf::abstract_actor* self,
                                            caf::atom_value type) {
  take_if(self->id(), [type](const alarm& each) {
    return each.what == kind::ordinary && each.number == caf::atom_uint(type);
  });
}

void reactor_clock::cancel_request_timeout(caf::abstract_actor* self,
                                           caf::message_id id) {
  take_if(self->id(), [id](const alarm& each) {
    return each.what == kind::request && each.number == id.integer_value();
  });
}

void reactor_clock::cancel_timeouts(caf::abstract_actor* self) {
  take_if(self->id(), [](const alarm&) { return true; });
}

void reactor_clock::schedule_message(time_point due, caf::strong_actor_ptr receiver,
                                     caf::mailbox_element_ptr content) {
  auto mail = std::make_shared<caf::mailbox_element_ptr>(std::move(content));
  add(due, {kind::mail, 0, 0, [receiver = std::move(receiver), mail = std::move(mail)] {
              receiver->enqueue(std::move(*mail), nullptr);
            }});
}

void reactor_clock::schedule_message(time_point due, caf::group target,
                                     caf::strong_actor_ptr sender, caf::message content) {
  add(due, {kind::mail, 0, 0, [target, sender, content] {
              if (target)
                target->eq_impl(caf::make_message_id(), sender, nullptr, content);
            }});
}

void reactor_clock::cancel_all() {
  schedule dropped;
  const std::lock_guard guard{mutex_};
  of_owner_.clear();
  dropped.swap(schedule_);
}

void reactor_clock::add(time_point due, alarm what) {
  const auto owner = what.owner;
  const bool is_cancellable = what.what != kind::mail;
  const std::lock_guard guard{mutex_};
  if (is_stopped_)
    return;
  const auto added = schedule_.emplace(due, std::move(what));
  if (is_cancellable)
    of_owner_.emplace(owner, added);
  if (added == schedule_.begin())
    is_changed_.notify_one();
}

template <class Predicate>
std::vector<reactor_clock::alarm> reactor_clock::take_if(caf::actor_id owner,
                                                         Predicate wanted) {
  std::vector<alarm> taken;
  const std::lock_guard guard{mutex_};
  auto [at, end] = of_owner_.equal_range(owner);
  while (at != end) {
    const auto entry = at->second;
    if (!wanted(entry->second)) {
      ++at;
      continue;
    }
    taken.push_back(std::move(entry->second));
    schedule_.erase(entry);
    at = of_owner_.erase(at);
  }
  return taken;
}

/// Called under the lock.
std::vector<reactor_clock::alarm> reactor_clock::take_due() {
  std::vector<alarm> taken;
  const auto now = this->now();
  while (!schedule_.empty() && schedule_.begin()->first <= now) {
    const auto first = schedule_.begin();
    auto [at, end] = of_owner_.equal_range(first->second.owner);
    for (; at != end; ++at)
      if (at->second == first) {
        of_owner_.erase(at);
        break;
      }
    taken.push_back(std::move(first->second));
    schedule_.erase(first);
  }
  return taken;
}

void reactor_clock::run() {
  std::unique_lock guard{mutex_};
  while (!is_stopped_) {
    if (schedule_.empty()) {
      is_changed_.wait(guard);
    } else if (const auto due = schedule_.begin()->first; due > now()) {
      is_changed_.wait_until(guard, due);
    } else {
      auto taken = take_due();
      guard.unlock();
      for (const auto& each : taken)
        each.ring();
      taken.clear();
      guard.lock();
    }
  }
}

} // namespace greenroom::net
