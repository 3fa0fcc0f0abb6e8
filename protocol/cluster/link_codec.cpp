#include "protocol/cluster/archive.hpp"
#include "protocol/cluster/link.hpp"

namespace greenroom {

// One line for each type; found by the archives through the type's namespace.
// The order of fields is the protocol: append, never reorder, and raise
// `cluster_protocol_version`.

template <class A>
void describe(A& a, room_id& x) {
  a(x.value);
}
template <class A>
void describe(A& a, node_name& x) {
  a(x.value);
}
template <class A>
void describe(A& a, correlation& x) {
  a(x.ref);
}
template <class A>
void describe(A& a, seat_key& x) {
  a(x.who, x.attachment);
}
template <class A>
void describe(A& a, device_info& x) {
  a(x.audio_device_id, x.video_device_id);
}
template <class A>
void describe(A& a, media_state& x) {
  a(x.audio_muted, x.video_enabled, x.screensharing, x.devices);
}
template <class A>
void describe(A& a, presence& x) {
  a(x.who, x.display_name, x.media, x.version, x.previous);
}
template <class A>
void describe(A& a, json_string& x) {
  std::string escaped{x.escaped()};
  a(escaped);
  if constexpr (A::reads)
    x = json_string{std::move(escaped)};
}
template <class A>
void describe(A& a, session_description& x) {
  a(x.type, x.sdp);
}
template <class A>
void describe(A& a, ice_candidate& x) {
  a(x.candidate, x.sdp_mid, x.sdp_m_line_index, x.end_of_candidates);
}

// -- refusals -----------------------------------------------------------------

template <class A>
void describe(A& a, capacity_reached& x) {
  a(x.limit);
}
template <class A>
void describe(A& a, invalid_payload& x) {
  a(x.event, x.reasons);
}
template <class A>
void describe(A& a, unknown_peer& x) {
  a(x.to_id);
}
template <class A>
void describe(A&, not_in_room&) {}
template <class A>
void describe(A& a, unavailable& x) {
  a(x.retry_after_ms);
}

// -- events -------------------------------------------------------------------

template <class A>
void describe(A& a, signal_delivered& x) {
  a(x.from, x.to, x.what, x.at);
}
template <class A>
void describe(A& a, media_updated& x) {
  a(x.from, x.media, x.at);
}
template <class A>
void describe(A& a, chat_said& x) {
  a(x.from, x.display_name, x.text, x.at);
}
template <class A>
void describe(A& a, presence_changed& x) {
  a(x.joins, x.leaves);
}
template <class A>
void describe(A& a, push_mark& x) {
  a(x.life, x.number);
}
template <class A>
void describe(A& a, room_event& x) {
  a(x.room, x.seq, x.what, x.push);
}
std::shared_ptr<room_event> make_empty(room_event*) {
  return std::make_shared<room_event>("", 0, presence_changed{});
}

// -- commands -----------------------------------------------------------------

template <class A>
void describe(A& a, resume_claim& x) {
  a(x.room, x.who, x.generation, x.born_at, x.expires_at);
}
template <class A>
void describe(A& a, join_room& x) {
  a(x.room, x.fresh, x.display_name, x.devices, x.resumable, x.claim, x.last_seq,
    x.replaces);
}
template <class A>
void describe(A& a, send_signal& x) {
  a(x.to, x.what);
}
template <class A>
void describe(A& a, update_media& x) {
  a(x.media, x.devices_given);
}
template <class A>
void describe(A& a, say_chat& x) {
  a(x.text);
}
template <class A>
void describe(A& a, refused_push& x) {
  a(x.why);
}
template <class A>
void describe(A&, answered_push&) {}
template <class A>
void describe(A& a, client_push& x) {
  a(x.tag, x.what, x.bytes);
}
template <class A>
void describe(A& a, apply_push& x) {
  a(x.from, x.push);
}
template <class A>
void describe(A& a, leave_room& x) {
  a(x.from);
}
template <class A>
void describe(A& a, suspend_seat& x) {
  a(x.from, x.keep_seat);
}

// -- effects ------------------------------------------------------------------

template <class A>
void describe(A& a, admission& x) {
  a(x.self, x.room, x.attachment, x.capacity, x.roster, x.resumable, x.resumed,
    x.generation, x.seq, x.received, x.life, x.born_at, x.replay, x.missed, x.heard);
}
template <class A>
void describe(A& a, join_refused& x) {
  a(x.why);
}
template <class A>
void describe(A& a, push_answered& x) {
  a(x.tag, x.why);
}
template <class A>
void describe(A&, room_left&) {}
template <class A>
void describe(A& a, session_ended& x) {
  a(x.why);
}
template <class A>
void describe(A& a, credit_returned& x) {
  a(x.count, x.bytes);
}
template <class A>
void describe(A& a, effect& x) {
  a(x.to, x.who, x.what);
}

// -- the room itself ----------------------------------------------------------

template <class A>
void describe(A& a, room_limits& x) {
  a(x.capacity, x.log_bytes_max, x.log_age_ms_max, x.resume_window_ms, x.linger_ms);
}
template <class A>
void describe(A& a, seat& x) {
  a(x.shown, x.attachment, x.resumable, x.generation, x.joined_seq, x.lost_seq,
    x.received, x.life, x.born_at, x.owed, x.suspended_until);
}
template <class A>
void describe(A& a, log_entry& x) {
  a(x.event, x.to, x.at, x.heard_by);
}
template <class A>
void describe(A& a, room_state& x) {
  a(x.id, x.limits, x.epoch, x.born_at, x.now, x.seq, x.next_version, x.next_attachment,
    x.seats, x.suspended_count, x.log, x.log_bytes, x.lost_seq, x.departed,
    x.empty_since);
}

// -- between nodes ------------------------------------------------------------

template <class A>
void describe(A& a, link_command& x) {
  a(x.epoch, x.number, x.what, x.since);
}
template <class A>
void describe(A& a, link_word& x) {
  a(x.epoch, x.number, x.answers, x.what);
}
template <class A>
void describe(A& a, link_acknowledged& x) {
  a(x.epoch, x.number);
}
template <class A>
void describe(A& a, commands_stable& x) {
  a(x.epoch, x.number);
}
template <class A>
void describe(A& a, attach_relay& x) {
  a(x.from, x.question, x.since, x.epoch, x.seq, x.seats, x.heard);
}
template <class A>
void describe(A& a, relay_attached& x) {
  a(x.from, x.question, x.last_word, x.epoch, x.seq, x.roster, x.received);
}
template <class A>
void describe(A& a, relay_noted& x) {
  a(x.from, x.question);
}
template <class A>
void describe(A& a, relay_refused& x) {
  a(x.from, x.question);
}
template <class A>
void describe(A&, room_moved&) {}
template <class A>
void describe(A& a, take_over& x) {
  a(x.room, x.from, x.ticket);
}
template <class A>
void describe(A& a, room_taken& x) {
  a(x.ticket);
}
template <class A>
void describe(A& a, room_declined& x) {
  a(x.ticket);
}
template <class A>
void describe(A& a, member& x) {
  a(x.name, x.address, x.incarnation, x.version, x.status);
}
template <class A>
void describe(A& a, view_told& x) {
  // What is in the first call stays as it is for ever: the versions say how to read
  // the rest, and the others to whom to say so if we cannot.
  a(x.protocol_min, x.protocol_max, x.from, x.company);
  if constexpr (A::reads)
    if (!speaks_our_protocol(x)) {
      a.skip_rest();
      return;
    }
  a(x.secret, x.view, x.proposal);
}

namespace {

template <class T>
std::string to_bytes(const T& value) {
  archive::writer out;
  out(const_cast<T&>(value)); // Only read: a writer changes nothing.
  return out.take();
}

template <class T>
std::optional<T> from_bytes(std::string_view bytes) {
  archive::reader in{bytes};
  T value;
  in(value);
  return in.done() ? std::optional{std::move(value)} : std::nullopt;
}

} // namespace

std::string encode(const link_message& message) {
  return to_bytes(message);
}

std::optional<link_message> decode_link_message(std::string_view bytes) {
  return from_bytes<link_message>(bytes);
}

std::string encode(const view_told& message) {
  return to_bytes(message);
}

std::optional<view_told> decode_view(std::string_view bytes) {
  return from_bytes<view_told>(bytes);
}

bool speaks_our_protocol(const view_told& told) {
  return told.protocol_min <= cluster_protocol_version
         && told.protocol_max >= cluster_protocol_version_min;
}

} // namespace greenroom
