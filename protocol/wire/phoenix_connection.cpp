#include "protocol/wire/phoenix_connection.hpp"

#include <algorithm>
#include <utility>

#include "protocol/wire/phoenix_decode.hpp"

namespace greenroom::wire {

namespace {

using stage = phoenix_channel::stage;

/// Channels of one connection, those on their way out included: a client that
/// joins and leaves without end waits for its rooms now and then.
constexpr std::size_t entry_count_max = 2 * limits::channel_count_max;

constexpr std::string_view nothing = "{}";

shared_frame share(std::string&& frame) {
  return std::make_shared<const std::string>(std::move(frame));
}

/// A client that has rejoined may still have frames of its former join on the way.
bool is_stale(const phoenix_channel& channel, const phoenix_frame& frame) {
  const auto join_ref = literal_of(frame.join_ref);
  return !join_ref.empty() && join_ref != channel.join_ref;
}

/// @returns Whether the join hopes to take its predecessor's seat.
bool is_resuming(const phoenix_channel& channel) {
  const auto* request = std::get_if<join_request>(&channel.join);
  return request && !request->resume_token.empty();
}

/// @returns The topic itself if it names no room, as that is what is wrong with it.
std::string_view room_named_by(std::string_view topic) {
  constexpr auto prefix = phoenix_channel::prefix;
  return topic.starts_with(prefix) ? topic.substr(prefix.size()) : topic;
}

encoding encoding_of(phoenix_version version, bool with_seq) {
  if (version == phoenix_version::v1)
    return with_seq ? encoding::phoenix_v1_sequenced : encoding::phoenix_v1;
  return with_seq ? encoding::phoenix_v2_sequenced : encoding::phoenix_v2;
}

} // namespace

// -- what the client says -------------------------------------------------------

void phoenix_connection::receive(std::string& text, instant now, dialect_host& host) {
  const auto bytes = text.size();
  const auto frame = parse_frame(text, version_);
  if (!frame)
    return host.close(close_reason::malformed);
  const auto event = frame->event.text;
  if (event == "phx_join")
    join(*frame, now, host);
  else if (event == "phx_leave")
    leave(*frame, now, host);
  else if (event == "heartbeat" && frame->topic.text == "phoenix")
    reply({"phoenix", {}, literal_of(frame->ref)}, "ok", nothing, host);
  else
    push(*frame, bytes, now, host);
}

void phoenix_connection::join(const phoenix_frame& frame, instant now,
                              dialect_host& host) {
  const auto topic = frame.topic.text;
  const auto ref = literal_of(frame.ref);
  const auto join_ref = literal_of(frame.join_ref);
  if (!topic.starts_with(phoenix_channel::prefix)) {
    host.note({.event = "join_refused", .room_id = topic, .detail = "unmatched topic"});
    return reply({topic, {}, ref}, "error", R"({"reason":"unmatched topic"})", host);
  }
  auto* current = find_current(topic);
  if (channels_.size() >= entry_count_max || (!current && is_full())) {
    host.note({.event = "join_refused",
               .room_id = room_named_by(topic),
               .detail = "too many channels joined"});
    return reply({topic, join_ref, ref}, "error",
                 R"({"reason":"too many channels joined"})", host);
  }

  auto channel = std::make_unique<phoenix_channel>();
  channel->topic = topic;
  channel->join_ref = version_ == phoenix_version::v1 ? ref : join_ref;
  channel->ref = ref;
  channel->slot = next_slot_++;
  channel->since = now;
  channel->join = decode_join(frame, channel->room());
  if (current)
    replace(*current, *channel, host);
  channels_.push_back(std::move(channel));
  start_next(channels_.back()->topic, host);
}

void phoenix_connection::leave(const phoenix_frame& frame, instant now,
                               dialect_host& host) {
  const auto topic = frame.topic.text;
  auto ref = literal_of(frame.ref);
  auto* channel = find_current(topic);
  if (!channel) {
    if (!ref.empty())
      reply({topic, literal_of(frame.join_ref), ref}, "ok", nothing, host);
    return;
  }
  if (is_stale(*channel, frame))
    return;
  channel->leave = {std::move(ref), now};
  // Pushes that wait go first: the client sent them first.
  if (channel->parked.empty())
    part(*channel, host);
}

void phoenix_connection::push(const phoenix_frame& frame, std::size_t bytes, instant now,
                              dialect_host& host) {
  auto* channel = find_current(frame.topic.text);
  if (!channel)
    return refuse_unmatched(frame, bytes, host);
  if (is_stale(*channel, frame))
    return;
  auto decoded = decode_push(frame, channel->room(), bytes);
  if (channel->at == stage::joined && channel->parked.empty() && channel->has_credit())
    return forward(*channel, std::move(decoded), host);
  channel->parked.push_back({std::move(decoded), now});
  parked_bytes_ += channel->parked.back().weight();
}

void phoenix_connection::refuse_unmatched(const phoenix_frame& frame, std::size_t bytes,
                                          dialect_host& host) {
  host.note({.level = severity::debug,
             .event = frame.event.text,
             .room_id = room_named_by(frame.topic.text),
             .detail = code_of(not_in_room{}),
             .bytes = static_cast<std::int64_t>(bytes)});
  constexpr std::string_view why
    = R"({"reason":"unmatched topic","error":"not_in_room"})";
  const auto ref = literal_of(frame.ref);
  if (ref.empty())
    tell({frame.topic.text, {}, {}}, "error:not_in_room", why, host);
  else
    reply({frame.topic.text, {}, ref}, "error", why, host);
}

// -- what a session says --------------------------------------------------------

void phoenix_connection::hear(slot_id slot, session_event&& event, dialect_host& host) {
  auto* channel = find(slot);
  if (!channel)
    return;
  std::visit([&](auto& what) { on(*channel, std::move(what), host); }, event);
}

void phoenix_connection::on(phoenix_channel& channel, session_opened&& opened,
                            dialect_host& host) {
  if (channel.at != stage::joining)
    return; // Asked to leave meanwhile; the session will say when it has.
  channel.at = stage::joined;
  ++joined_count_;
  channel.seat = {opened.seat->self, opened.seat->attachment};
  if (channel.dismissed) {
    auto* next = find_waiting(channel.topic);
    return next && is_resuming(*next) ? hand_over(channel, *next, host)
                                      : part(channel, host);
  }
  channel.sequenced = opened.seat->resumable;
  if (channel.is_current())
    reply({channel.topic, channel.join_ref, channel.ref}, "ok", admission_object(opened),
          host);
  close_replaced(channel, host);
  if (channel.is_current()) {
    tell({channel.topic, channel.join_ref, {}}, "presence_state",
         roster_object(opened.seat->roster), host);
    for (const auto& missed : opened.seat->missed)
      host.relay(channel.slot, missed, true);
  }
  drain(channel, host);
}

void phoenix_connection::on(phoenix_channel& channel, join_refused&& answer,
                            dialect_host& host) {
  host.release(channel.slot);
  refuse_join(channel, answer.why, host);
}

void phoenix_connection::on(phoenix_channel& channel, shared_event&& event,
                            dialect_host& host) {
  if (channel.listens())
    host.relay(channel.slot, std::move(event), false);
}

void phoenix_connection::on(phoenix_channel& channel, push_answered&& what,
                            dialect_host& host) {
  answer(channel, what.tag, what.why, host);
}

void phoenix_connection::on(phoenix_channel& channel, room_left&&, dialect_host& host) {
  host.release(channel.slot);
  finish(channel, "phx_close", host);
}

void phoenix_connection::on(phoenix_channel& channel, session_ended&& last_word,
                            dialect_host& host) {
  host.release(channel.slot);
  if (channel.at == stage::joining)
    return refuse_join(channel, unavailable{limits::retry_after_ms}, host);
  const bool may_rejoin = last_word.why == end_reason::room_lost;
  finish(channel, may_rejoin ? "phx_error" : "phx_close", host);
}

// -- a channel's life -----------------------------------------------------------

void phoenix_connection::start(phoenix_channel& channel, dialect_host& host) {
  if (auto* fault = std::get_if<invalid_payload>(&channel.join))
    return refuse_join(channel, std::move(*fault), host);
  channel.at = stage::joining;
  host.open(channel.slot, std::move(std::get<join_request>(channel.join)));
}

void phoenix_connection::replace(phoenix_channel& former, phoenix_channel& successor,
                                 dialect_host& host) {
  if (former.at == stage::waiting) {
    // It was never answered, so its end needs not wait for the successor's reply.
    successor.replaced_join_ref = std::exchange(former.replaced_join_ref, std::nullopt);
    finish(former, "phx_close", host);
    return;
  }
  close_replaced(former, host);
  successor.replaced_join_ref = former.join_ref;
  former.dismissed = true;
  drop_parked(former);
  if (!is_resuming(successor))
    part(former, host);
  else if (former.at == stage::joined)
    hand_over(former, successor, host);
  // Else the seat changes hands once there is one, see `on(session_opened)`.
}

/// The channel's seat goes to its successor, which hopes to resume; a leave would
/// give it up. Only the room knows what the token is worth.
void phoenix_connection::hand_over(phoenix_channel& channel, phoenix_channel& successor,
                                   dialect_host& host) {
  std::get<join_request>(successor.join).replaces = channel.seat;
  host.release(channel.slot);
  remove(channel, host);
}

void phoenix_connection::refuse_join(phoenix_channel& channel, const refusal& why,
                                     dialect_host& host) {
  if (!channel.is_current())
    return finish(channel, "phx_close", host);
  note_refused_join(channel, why, host);
  reply({channel.topic, channel.join_ref, channel.ref}, "error",
        refusal_object(why, channel.room()), host);
  close_replaced(channel, host);
  remove(channel, host);
}

void phoenix_connection::part(phoenix_channel& channel, dialect_host& host) {
  if (channel.at == stage::waiting)
    return finish(channel, "phx_close", host);
  if (std::exchange(channel.at, stage::parting) == stage::joined)
    --joined_count_;
  host.leave(channel.slot);
}

void phoenix_connection::finish(phoenix_channel& channel, std::string_view event,
                                dialect_host& host) {
  if (channel.leave) {
    answer(channel, {channel.leave->ref}, std::nullopt, host);
    end(channel, channel.join_ref, "phx_close", host);
  } else if (!channel.dismissed) {
    end(channel, channel.join_ref, event, host);
  }
  close_replaced(channel, host);
  remove(channel, host);
}

void phoenix_connection::remove(phoenix_channel& channel, dialect_host& host) {
  drop_parked(channel);
  if (channel.at == stage::joined)
    --joined_count_;
  const auto topic = std::move(channel.topic);
  std::erase_if(channels_, [&](const auto& entry) { return entry.get() == &channel; });
  start_next(topic, host);
}

void phoenix_connection::start_next(const std::string& topic, dialect_host& host) {
  const bool is_busy = std::ranges::any_of(channels_, [&](const auto& channel) {
    return channel->topic == topic && channel->at != stage::waiting;
  });
  auto* next = find_waiting(topic);
  if (next && !is_busy)
    start(*next, host);
}

// -- what the client hears ------------------------------------------------------

bool phoenix_connection::encode(slot_id slot, const room_event& event, json_text& out) {
  const auto* channel = find(slot);
  if (!channel || !channel->listens())
    return false;
  if (std::holds_alternative<signal_delivered>(event.what)) {
    append_event(out, version_, {channel->topic, channel->join_ref, {}}, event,
                 channel->sequenced);
    return true;
  }
  const bool with_seq = channel->sequenced && event.seq != 0;
  auto& shared = event.frames[static_cast<std::size_t>(encoding_of(version_, with_seq))];
  auto frame = shared.load();
  if (!frame) {
    frame = share(encode_event(version_, {channel->topic, {}, {}}, event, with_seq));
    shared.store(frame);
  }
  out += *frame;
  return true;
}

void phoenix_connection::list_needed(slot_id slot, prefetch_list& places) const {
  places.add(this, sizeof *this);
  places.add(channels_.data(), sizeof channels_.front());
  if (const auto* channel = find(slot)) {
    places.add(channel, sizeof *channel);
    places.add(channel->topic.data(), channel->topic.size());
  }
}

void phoenix_connection::reply(const phoenix_address& to, std::string_view status,
                               std::string_view response, dialect_host& host) const {
  host.send(share(encode_reply(version_, to, status, response)));
}

void phoenix_connection::answer(const phoenix_channel& channel, const correlation& tag,
                                const std::optional<refusal>& why,
                                dialect_host& host) const {
  const phoenix_address to{channel.topic, channel.join_ref, tag.ref};
  if (!why && tag.wants_reply())
    reply(to, "ok", nothing, host);
  if (!why)
    return;
  const auto object = refusal_object(*why, channel.room());
  if (tag.wants_reply())
    reply(to, "error", object, host);
  else
    tell(to, "error:" + std::string{code_of(*why)}, object, host);
}

void phoenix_connection::tell(const phoenix_address& to, std::string_view event,
                              std::string_view payload, dialect_host& host) const {
  host.send(share(encode_message(version_, to, event, payload)));
}

void phoenix_connection::end(const phoenix_channel& channel, std::string_view join_ref,
                             std::string_view event, dialect_host& host) const {
  tell({channel.topic, join_ref, join_ref}, event, nothing, host);
}

void phoenix_connection::close_replaced(phoenix_channel& channel,
                                        dialect_host& host) const {
  if (const auto join_ref = std::exchange(channel.replaced_join_ref, std::nullopt))
    end(channel, *join_ref, "phx_close", host);
}

phoenix_channel* phoenix_connection::find(slot_id slot) const {
  const auto found = std::ranges::find(channels_, slot, &phoenix_channel::slot);
  return found == channels_.end() ? nullptr : found->get();
}

phoenix_channel* phoenix_connection::find_waiting(std::string_view topic) {
  const auto found = std::ranges::find_if(channels_, [&](const auto& channel) {
    return channel->at == stage::waiting && channel->topic == topic;
  });
  return found == channels_.end() ? nullptr : found->get();
}

phoenix_channel* phoenix_connection::find_current(std::string_view topic) {
  const auto found = std::ranges::find_if(channels_, [&](const auto& channel) {
    return channel->is_current() && channel->topic == topic;
  });
  return found == channels_.end() ? nullptr : found->get();
}

bool phoenix_connection::is_full() const {
  return std::ranges::count_if(channels_,
                               [](const auto& channel) { return channel->is_current(); })
         >= static_cast<std::ptrdiff_t>(limits::channel_count_max);
}

} // namespace greenroom::wire
