#include "tests/sim/server_end.hpp"

#include <utility>

namespace greenroom::sim {

class server_end::slot_outbox final : public outbox_port {
public:
  slot_outbox(server_end& owner, slot_id slot)
    : owner_(owner), alive_(owner.alive_), slot_(slot) {}

  void hear(session_event&& event) override {
    if (alive_.expired())
      return;
    owner_.note(slot_, event);
    owner_.hear(slot_, std::move(event));
    owner_.hand_over(); // Credit may have come back.
  }

private:
  server_end& owner_;
  std::weak_ptr<liveness> alive_;
  slot_id slot_;
};

void server_end::lose() {
  is_lost_ = true;
  alive_ = nullptr;
  hand_over();
  for (auto& [slot, one] : attachments_)
    one.session = nullptr;
}

void server_end::open(slot_id slot, join_request wanted) {
  attachments_[slot].session = world_.open(std::move(wanted),
                                           std::make_shared<slot_outbox>(*this, slot));
}

void server_end::push(slot_id slot, client_push said) {
  auto& one = attachments_[slot];
  if (!one.session)
    return;
  ++one.count_in_flight;
  one.bytes_in_flight += said.bytes;
  one.said.push_back(std::move(said));
}

void server_end::hand_over() {
  for (auto& [slot, one] : attachments_)
    hand_over(one);
}

void server_end::hand_over(attachment& one) {
  auto said = std::exchange(one.said, {});
  if (one.session && !said.empty())
    one.session->push(std::move(said));
}

void server_end::leave(slot_id slot) {
  auto& one = attachments_[slot];
  one.is_leaving = true;
  hand_over(one);
  if (one.session)
    one.session->leave();
}

void server_end::release(slot_id slot) {
  auto& one = attachments_[slot];
  hand_over(one);
  one.session = nullptr;
}

void server_end::note(slot_id slot, const session_event& event) {
  auto& one = attachments_[slot];
  if (const auto* opened = std::get_if<session_opened>(&event)) {
    one.who = opened->seat->self;
    one.is_joined = true;
  } else if (const auto* credit = std::get_if<credit_returned>(&event)) {
    one.is_overdrawn |= credit->count > one.count_in_flight
                        || credit->bytes > one.bytes_in_flight;
    one.count_in_flight -= credit->count;
    one.bytes_in_flight -= credit->bytes;
  } else if (std::holds_alternative<room_left>(event)
             || std::holds_alternative<join_refused>(event)
             || std::holds_alternative<session_ended>(event)) {
    one.was_told_last = true;
  }
}

} // namespace greenroom::sim
