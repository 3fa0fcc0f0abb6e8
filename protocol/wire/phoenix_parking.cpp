// How a connection keeps what it may not hand on yet, and for how long.
#include "protocol/wire/phoenix_connection.hpp"

#include <utility>

#include "protocol/vocabulary/invariant.hpp"

namespace greenroom::wire {

namespace {

using stage = phoenix_channel::stage;

} // namespace

void phoenix_connection::on(phoenix_channel& channel, credit_returned&& credit,
                            dialect_host& host) {
  invariant(credit.count <= channel.count_in_flight
            && credit.bytes <= channel.bytes_in_flight);
  channel.count_in_flight -= credit.count;
  channel.bytes_in_flight -= credit.bytes;
  drain(channel, host);
}

void phoenix_connection::forward(phoenix_channel& channel, client_push&& push,
                                 dialect_host& host) {
  ++channel.count_in_flight;
  channel.bytes_in_flight += push.bytes;
  host.push(channel.slot, std::move(push));
}

void phoenix_connection::drain(phoenix_channel& channel, dialect_host& host) {
  while (channel.at == stage::joined && !channel.parked.empty() && channel.has_credit()) {
    parked_bytes_ -= channel.parked.front().weight();
    auto push = std::move(channel.parked.front().push);
    channel.parked.pop_front();
    forward(channel, std::move(push), host);
  }
  if (channel.at == stage::joined && channel.leave && channel.parked.empty())
    part(channel, host);
}

void phoenix_connection::drop_parked(phoenix_channel& channel) {
  for (const auto& waiting : channel.parked)
    parked_bytes_ -= waiting.weight();
  channel.parked.clear();
}

void phoenix_connection::tick(instant now, dialect_host& host) {
  std::vector<slot_id> overdue;
  for (const auto& channel : channels_) {
    answer_overdue(*channel, now, host);
    if (is_overdue(*channel, now))
      overdue.push_back(channel->slot);
  }
  for (const auto slot : overdue)
    if (auto* channel = find(slot))
      give_up(*channel, host);
}

/// A joined channel that was asked to leave has something parked, so it needs no count.
bool phoenix_connection::has_deadlines() const {
  return parked_bytes_ > 0 || joined_count_ < channels_.size();
}

/// The push stays in line with its content gone, as both ends count pushes.
void phoenix_connection::answer_overdue(phoenix_channel& channel, instant now,
                                        dialect_host& host) {
  for (auto& waiting : channel.parked) {
    if (now - waiting.since < limits::parked_ms_max)
      return; // In order of their times.
    if (std::holds_alternative<answered_push>(waiting.push.what))
      continue;
    note_overdue(channel, waiting.push, host);
    answer(channel, waiting.push.tag, unavailable{limits::retry_after_ms}, host);
    parked_bytes_ -= waiting.weight();
    waiting.push = {{}, answered_push{}, 0};
    parked_bytes_ += waiting.weight();
  }
}

/// Joins that nobody answers, and leaves behind pushes that nobody takes.
bool phoenix_connection::is_overdue(const phoenix_channel& channel, instant now) const {
  if (channel.at == stage::parting || channel.dismissed)
    return false;
  if (channel.leave)
    return now - channel.leave->since >= limits::parked_ms_max;
  return channel.at != stage::joined && now - channel.since >= limits::join_timeout_ms;
}

void phoenix_connection::give_up(phoenix_channel& channel, dialect_host& host) {
  drop_parked(channel);
  if (!channel.leave) {
    const unavailable why{limits::retry_after_ms};
    note_refused_join(channel, why, host);
    reply({channel.topic, channel.join_ref, channel.ref}, "error",
          refusal_object(why, channel.room()), host);
    close_replaced(channel, host);
    channel.dismissed = true;
  }
  part(channel, host);
}

} // namespace greenroom::wire
