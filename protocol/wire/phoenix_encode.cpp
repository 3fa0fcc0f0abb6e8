#include "protocol/wire/phoenix_encode.hpp"

#include "protocol/vocabulary/text.hpp"
#include "protocol/wire/json_writer.hpp"

namespace greenroom::wire {

namespace {

std::string_view literal(std::string_view ref) {
  return ref.empty() ? "null" : ref;
}

/// Writes one message's envelope around a payload that the caller appends. Events are
/// ours, and need no escaping.
class envelope_writer {
public:
  envelope_writer(json_text& out, phoenix_version version, const phoenix_address& to,
                  std::string_view event)
    : out_(out), version_(version) {
    if (version_ == phoenix_version::v2)
      begin_array(to, event);
    else
      begin_object(to, event);
  }
  envelope_writer(const envelope_writer&) = delete;
  envelope_writer& operator=(const envelope_writer&) = delete;
  ~envelope_writer() { out_ += version_ == phoenix_version::v2 ? ']' : '}'; }

private:
  void begin_array(const phoenix_address& to, std::string_view event) {
    out_ += '[';
    out_ += literal(to.join_ref);
    out_ += ',';
    out_ += literal(to.ref);
    out_ += ',';
    append_string(out_, to.topic);
    out_ += ",\"";
    out_ += event;
    out_ += "\",";
  }

  void begin_object(const phoenix_address& to, std::string_view event) {
    out_ += "{\"topic\":";
    append_string(out_, to.topic);
    out_ += ",\"event\":\"";
    out_ += event;
    out_ += "\",\"ref\":";
    out_ += literal(to.ref);
    out_ += ",\"payload\":";
  }

  json_text& out_;
  phoenix_version version_;
};

void append_id(json_text& out, const participant_id& who) {
  char* at = out.begin_piece(participant_id::text_size + 2);
  *at++ = '"';
  who.write_to(at);
  at += participant_id::text_size;
  *at++ = '"';
  out.end_piece(at);
}

// -- refusals -------------------------------------------------------------------

void append_list(json_text& out, const std::vector<std::string>& texts) {
  out += '[';
  for (const auto& text : texts) {
    if (&text != &texts.front())
      out += ',';
    append_string(out, text);
  }
  out += ']';
}

/// What each refusal says beside its code.
struct refusal_writer {
  object_writer& object;
  std::string_view room;

  void operator()(const capacity_reached& why) const {
    object.member("room_id", room).member("limit", why.limit);
  }
  void operator()(const invalid_payload& why) const {
    object.member("event", why.event);
    append_list(object.key("reasons"), why.reasons);
  }
  void operator()(const unknown_peer& why) const { object.member("to_id", why.to_id); }
  void operator()(const not_in_room&) const {}
  void operator()(const unavailable& why) const {
    object.member("retry_after_ms", why.retry_after_ms);
  }
};

// -- presence -------------------------------------------------------------------

/// Phoenix's own are as long: url-safe base 64 of twelve bytes.
std::string phx_ref(presence_version version) {
  std::string bytes(12, '\0');
  for (std::size_t at = bytes.size(); version != 0; version >>= 8)
    bytes[--at] = static_cast<char>(version & 0xFF);
  return base64url(bytes);
}

void append_devices(json_text& out, const device_info& devices) {
  object_writer object{out};
  if (devices.audio_device_id)
    object.member("audio_device_id", devices.audio_device_id);
  if (devices.video_device_id)
    object.member("video_device_id", devices.video_device_id);
}

void append_media(object_writer& object, const media_state& media) {
  object.member("audio_muted", media.audio_muted)
    .member("video_enabled", media.video_enabled)
    .member("screensharing", media.screensharing);
  append_devices(object.key("device_info"), media.devices);
}

void append_meta(json_text& out, const presence& one) {
  object_writer object{out};
  object.member("display_name", one.display_name);
  append_media(object, one.media);
  object.member("phx_ref", phx_ref(one.version));
  if (one.previous != 0)
    object.member("phx_ref_prev", phx_ref(one.previous));
}

void append_roster(json_text& out, const std::vector<presence>& roster) {
  object_writer object{out};
  for (const auto& one : roster) {
    char key[participant_id::text_size];
    one.who.write_to(key);
    object_writer entry{object.key({key, sizeof key})};
    entry.key("metas") += '[';
    append_meta(out, one);
    out += ']';
  }
}

// -- admission ------------------------------------------------------------------

std::string_view name_of(replay_outcome outcome) {
  switch (outcome) {
    case replay_outcome::complete: return "complete";
    case replay_outcome::truncated: return "truncated";
    case replay_outcome::lost: return "lost";
  }
  return "lost";
}

void append_ice_servers(json_text& out, const std::vector<ice_server>& servers) {
  out += '[';
  for (const auto& server : servers) {
    if (&server != &servers.front())
      out += ',';
    object_writer object{out};
    append_list(object.key("urls"), server.urls);
    if (!server.username.empty())
      object.member("username", server.username).member("credential", server.credential);
  }
  out += ']';
}

// -- events ---------------------------------------------------------------------

/// Seed 0 promises text that is safe to put into HTML (Phoenix.HTML.html_escape).
std::string escape_html(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default: result += c;
    }
  }
  return result;
}

std::string_view event_name(const session_description& what) {
  return what.type == session_description::kind::offer ? "signal:offer" : "signal:answer";
}
std::string_view event_name(const ice_candidate&) {
  return "signal:ice";
}

struct namer {
  std::string_view operator()(const signal_delivered& event) const {
    return std::visit([](const auto& what) { return event_name(what); }, event.what);
  }
  std::string_view operator()(const media_updated&) const { return "media:update"; }
  std::string_view operator()(const chat_said&) const { return "chat:msg"; }
  std::string_view operator()(const presence_changed&) const { return "presence_diff"; }
};

void append_signal(object_writer& object, const session_description& what) {
  object.member("sdp", what.sdp);
}
void append_signal(object_writer& object, const ice_candidate& what) {
  object.member("candidate", what.candidate)
    .member("sdpMid", what.sdp_mid)
    .member("sdpMLineIndex", what.sdp_m_line_index)
    .member("end_of_candidates", what.end_of_candidates);
}

struct payload_writer {
  object_writer& object;
  std::string_view room;

  void operator()(const signal_delivered& event) const {
    object.member("room_id", room);
    append_id(object.key("from_id"), event.from);
    append_id(object.key("to_id"), event.to);
    std::visit([this](const auto& what) { append_signal(object, what); }, event.what);
    object.member("ts", event.at);
  }
  void operator()(const media_updated& event) const {
    object.member("room_id", room);
    append_id(object.key("from_id"), event.from);
    append_media(object, event.media);
    object.member("ts", event.at);
  }
  void operator()(const chat_said& event) const {
    object.member("room_id", room);
    append_id(object.key("from_id"), event.from);
    object.member("display_name", event.display_name)
      .member("text", escape_html(event.text))
      .member("ts", event.at);
  }
  void operator()(const presence_changed& event) const {
    append_roster(object.key("joins"), event.joins);
    append_roster(object.key("leaves"), event.leaves);
  }
};

} // namespace

std::string encode_reply(phoenix_version version, const phoenix_address& to,
                         std::string_view status, std::string_view response) {
  json_text out{96 + to.topic.size() + response.size()};
  {
    envelope_writer envelope{out, version, to, "phx_reply"};
    object_writer payload{out};
    payload.member("status", status);
    payload.key("response") += response;
  }
  return out.str();
}

std::string encode_message(phoenix_version version, const phoenix_address& to,
                           std::string_view event, std::string_view payload) {
  json_text out{96 + to.topic.size() + payload.size()};
  {
    envelope_writer envelope{out, version, to, event};
    out += payload;
  }
  return out.str();
}

std::string refusal_object(const refusal& why, std::string_view room) {
  json_text out;
  {
    object_writer object{out};
    const auto code = code_of(why);
    object.member("error", code).member("reason", "error:" + std::string{code});
    std::visit(refusal_writer{object, room}, why);
  }
  return out.str();
}

std::string admission_object(const session_opened& opened) {
  const auto& seat = *opened.seat;
  json_text out;
  {
    object_writer object{out};
    object.member("ok", true);
    append_id(object.key("self_id"), seat.self);
    object.member("room_id", seat.room);
    append_roster(object.key("presence"), seat.roster);
    object.member("capacity", seat.capacity);
    append_ice_servers(object.key("ice_servers"), opened.ice_servers);
    if (seat.resumable)
      object.member("resume_token", opened.resume_token)
        .member("seq", seat.seq)
        .member("resumed", seat.resumed)
        .member("received", seat.received)
        .member("replay", name_of(seat.replay));
  }
  return out.str();
}

std::string roster_object(const std::vector<presence>& roster) {
  json_text out;
  append_roster(out, roster);
  return out.str();
}

std::string encode_event(phoenix_version version, const phoenix_address& to,
                         const room_event& event, bool sequenced) {
  json_text out;
  append_event(out, version, to, event, sequenced);
  return out.str();
}

void append_event(json_text& out, phoenix_version version, const phoenix_address& to,
                  const room_event& event, bool sequenced) {
  const auto weight = weight_of(event);
  out.reserve(weight + weight / 16);
  envelope_writer envelope{out, version, to, std::visit(namer{}, event.what)};
  object_writer payload{out};
  std::visit(payload_writer{payload, event.room}, event.what);
  if (sequenced && event.seq != 0)
    payload.member("seq", event.seq);
}

} // namespace greenroom::wire
