#include "tests/sim/server_end.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "net/outbox_queue.hpp"
#include "protocol/vocabulary/limits.hpp"

namespace greenroom::sim {

namespace {

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};

/// About what a frame of no great length weighs in an outbox.
const shared_frame& blank_frame() {
  static const auto frame = std::make_shared<const std::string>(120, ' ');
  return frame;
}

/// The queue is the production one. What is no room event travels in it as a
/// blank frame, whose meaning waits beside the queue in the same order.
class plain_end final : public server_end {
public:
  plain_end(surroundings world, std::size_t outbox_bytes_max)
    : server_end(std::move(world)), queue_(outbox_bytes_max) {}

  bool wants(const request& next) const override {
    return std::visit(overloaded{
                        [&](const join_request&) { return true; },
                        [&](const client_push&) { return has_credit(next.slot); },
                        [&](const leave_topic&) { return true; },
                      },
                      next.what);
  }

  void take(request said) override {
    const auto slot = said.slot;
    std::visit(overloaded{
                 [&](join_request& wanted) { join(slot, std::move(wanted)); },
                 [&](client_push& pushed) { push(slot, std::move(pushed)); },
                 [&](const leave_topic&) { part(slot); },
               },
               said.what);
  }

  bool has_word() const override { return !queue_.empty(); }
  bool is_over() const override { return queue_.is_over(); }
  bool was_congested() const override { return was_congested_; }

  std::optional<word> next() override {
    auto item = queue_.pop();
    if (!item)
      return std::nullopt;
    if (item->event)
      return listens(item->slot) ? std::optional{word{item->slot, std::move(item->event)}}
                                 : std::nullopt;
    auto meant = std::move(told_.front());
    told_.pop_front();
    return meant;
  }

protected:
  void hear(slot_id slot, session_event&& event) override {
    if (std::holds_alternative<credit_returned>(event))
      return;
    if (auto* happened = std::get_if<shared_event>(&event)) {
      if (listens(slot))
        relay(slot, std::move(*happened));
      return;
    }
    if (auto* opened = std::get_if<session_opened>(&event)) {
      if (attachments().at(slot).is_leaving)
        return; // The session will say when it has left.
      const auto seat = opened->seat;
      tell(slot, std::move(event));
      for (const auto& missed : seat->missed)
        queue_.push(slot, missed, true);
      return;
    }
    const bool is_last = !std::holds_alternative<push_answered>(event);
    tell(slot, std::move(event));
    if (is_last)
      end(slot);
  }

private:
  bool listens(slot_id slot) const {
    const auto& one = attachments().at(slot);
    return one.is_joined && !one.is_leaving;
  }

  /// Nothing of a session that has ended needs credit: it goes nowhere.
  bool has_credit(slot_id slot) const {
    const auto found = attachments().find(slot);
    if (found == attachments().end() || !found->second.session)
      return true;
    return found->second.count_in_flight < limits::commands_in_flight_max
           && found->second.bytes_in_flight < limits::command_bytes_in_flight_max;
  }

  void relay(slot_id slot, shared_event happened) {
    if (queue_.size() >= congested_count) {
      queue_.congest();
      was_congested_ = true;
    }
    queue_.push(slot, std::move(happened), false);
  }

  void tell(slot_id slot, session_event what) {
    told_.push_back({slot, std::move(what)});
    queue_.push(blank_frame());
  }

  /// Of one connection one session is alive: a join takes the former one's place.
  void join(slot_id slot, join_request wanted) {
    for (const auto& [other, one] : attachments())
      if (one.session && !one.is_leaving)
        leave(other);
    waiting_.push_back({slot, std::move(wanted)});
    start_next();
    world_.after(limits::join_timeout_ms, [this, slot] { give_up(slot); });
  }

  void start_next() {
    const bool is_busy = std::ranges::any_of(
      attachments(), [](const auto& entry) { return entry.second.session != nullptr; });
    if (is_busy || waiting_.empty())
      return;
    auto [slot, wanted] = std::move(waiting_.front());
    waiting_.pop_front();
    open(slot, std::move(wanted));
  }

  void part(slot_id slot) {
    const auto before = waiting_.size();
    std::erase_if(waiting_, [&](const auto& entry) { return entry.first == slot; });
    if (waiting_.size() < before)
      tell(slot, room_left{});
    else if (attachments().contains(slot) && attachments().at(slot).session)
      leave(slot);
  }

  /// A join that nobody answers. Its session is let go of, as the next join must
  /// not wait for it: the room that was to answer may be no more.
  void give_up(slot_id slot) {
    const auto before = waiting_.size();
    std::erase_if(waiting_, [&](const auto& entry) { return entry.first == slot; });
    const bool was_waiting = waiting_.size() < before;
    const auto found = attachments().find(slot);
    const bool is_joining = found != attachments().end() && found->second.session
                            && !found->second.is_joined;
    if (was_waiting || (is_joining && !found->second.is_leaving))
      tell(slot, join_refused{unavailable{limits::retry_after_ms}});
    if (is_joining)
      end(slot);
  }

  void end(slot_id slot) {
    release(slot);
    start_next();
  }

  net::outbox_queue queue_;
  bool was_congested_ = false;
  std::deque<word> told_;
  std::deque<std::pair<slot_id, join_request>> waiting_;
};

} // namespace

std::unique_ptr<server_end> make_plain_end(surroundings world,
                                           std::size_t outbox_bytes_max) {
  return std::make_unique<plain_end>(std::move(world), outbox_bytes_max);
}

} // namespace greenroom::sim
