#include "tests/sim/phoenix_text.hpp"

#include <string_view>

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "protocol/vocabulary/invariant.hpp"
#include "protocol/vocabulary/text.hpp"

namespace greenroom::sim {

namespace {

using rapidjson::Value;
using writer = rapidjson::Writer<rapidjson::StringBuffer>;

// -- writing ------------------------------------------------------------------

/// One letter in front, so that no join's ref is a push's.
std::string join_ref_of(slot_id slot) {
  return "j" + std::to_string(slot);
}

void put(writer& out, std::string_view text) {
  out.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void put(writer& out, const char* key, std::string_view text) {
  out.Key(key);
  put(out, text);
}

void put_devices(writer& out, const device_info& devices) {
  out.Key("device_info");
  out.StartObject();
  if (devices.audio_device_id)
    put(out, "audio_device_id", *devices.audio_device_id);
  out.EndObject();
}

struct push_writer {
  writer& out;

  void put_escaped(const char* key, const json_string& text) const {
    out.Key(key);
    const auto quoted = '"' + std::string{text.escaped()} + '"';
    out.RawValue(quoted.data(), quoted.size(), rapidjson::kStringType);
  }

  void operator()(const session_description& what) const { put_escaped("sdp", what.sdp); }
  void operator()(const ice_candidate& what) const {
    put_escaped("candidate", what.candidate);
    put_escaped("sdpMid", what.sdp_mid.value_or(json_string{"0"}));
    out.Key("sdpMLineIndex");
    out.Int(what.sdp_m_line_index.value_or(0));
  }
  void operator()(const send_signal& push) const {
    put(out, "to_id", push.to.to_string());
    std::visit(*this, push.what);
  }
  void operator()(const update_media& push) const {
    out.Key("audio_muted");
    out.Bool(push.media.audio_muted);
    out.Key("video_enabled");
    out.Bool(push.media.video_enabled);
    out.Key("screensharing");
    out.Bool(push.media.screensharing);
    put_devices(out, push.media.devices);
  }
  void operator()(const say_chat& push) const { put(out, "text", push.text); }
  void operator()(const refused_push&) const {
    out.Key("text");
    out.Int(5);
  }
  void operator()(const answered_push&) const {}
};

struct event_name {
  std::string_view operator()(const session_description& what) const {
    return what.type == session_description::kind::offer ? "signal:offer"
                                                         : "signal:answer";
  }
  std::string_view operator()(const ice_candidate&) const { return "signal:ice"; }
  std::string_view operator()(const send_signal& push) const {
    return std::visit(*this, push.what);
  }
  std::string_view operator()(const update_media&) const { return "media:update"; }
  std::string_view operator()(const say_chat&) const { return "chat:msg"; }
  std::string_view operator()(const refused_push&) const { return "chat:msg"; }
  std::string_view operator()(const answered_push&) const { return "chat:msg"; }
};

struct frame_writer {
  writer& out;
  const std::string& topic;
  std::string join_ref;

  void head(const std::string& ref, std::string_view event) const {
    out.StartArray();
    put(out, join_ref);
    ref.empty() ? static_cast<void>(out.Null()) : put(out, ref);
    put(out, topic);
    put(out, event);
    out.StartObject();
  }
  void tail() const {
    out.EndObject();
    out.EndArray();
  }

  void operator()(const join_request& wanted) const {
    head(join_ref, "phx_join");
    put(out, "display_name", wanted.display_name);
    if (wanted.resumable) {
      put(out, "resume", wanted.resume_token);
      out.Key("last_seq");
      out.Uint64(wanted.last_seq);
    }
    tail();
  }
  void operator()(const client_push& said) const {
    const auto& ref = said.tag.ref; // A JSON literal; the quotes go.
    head(ref.empty() ? "" : ref.substr(1, ref.size() - 2),
         std::visit(event_name{}, said.what));
    std::visit(push_writer{out}, said.what);
    tail();
  }
  void operator()(const leave_topic&) const {
    head("l" + join_ref, "phx_leave");
    tail();
  }
};

// -- reading ------------------------------------------------------------------

std::string_view text_of(const Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

participant_id id_of(const Value& value) {
  const auto id = participant_id::parse(text_of(value));
  invariant(id.has_value());
  return *id;
}

media_state media_of(const Value& object) {
  media_state media;
  media.audio_muted = object["audio_muted"].GetBool();
  media.video_enabled = object["video_enabled"].GetBool();
  media.screensharing = object["screensharing"].GetBool();
  const auto& devices = object["device_info"];
  if (devices.HasMember("audio_device_id"))
    media.devices.audio_device_id = text_of(devices["audio_device_id"]);
  return media;
}

presence_version version_of(const Value& phx_ref) {
  std::string bytes;
  invariant(decode_base64url(text_of(phx_ref), bytes));
  presence_version version = 0;
  for (const char byte : bytes)
    version = version << 8 | static_cast<unsigned char>(byte);
  return version;
}

std::vector<presence> roster_of(const Value& object) {
  std::vector<presence> roster;
  for (const auto& entry : object.GetObject())
    for (const auto& meta : entry.value["metas"].GetArray()) {
      presence one;
      one.who = id_of(entry.name);
      one.display_name = text_of(meta["display_name"]);
      one.media = media_of(meta);
      one.version = version_of(meta["phx_ref"]);
      if (meta.HasMember("phx_ref_prev"))
        one.previous = version_of(meta["phx_ref_prev"]);
      roster.push_back(std::move(one));
    }
  return roster;
}

refusal refusal_of(const Value& response) {
  const auto code = text_of(response["error"]);
  if (code == "capacity")
    return capacity_reached{response["limit"].GetUint()};
  if (code == "unknown_peer")
    return unknown_peer{std::string{text_of(response["to_id"])}};
  if (code == "unavailable")
    return unavailable{response["retry_after_ms"].GetInt64()};
  if (code == "not_in_room")
    return not_in_room{};
  invariant(code == "invalid_payload");
  return invalid_payload{};
}

session_event admission_of(const Value& response) {
  auto seat = std::make_shared<admission>();
  session_opened opened;
  seat->self = id_of(response["self_id"]);
  seat->room = text_of(response["room_id"]);
  seat->roster = roster_of(response["presence"]);
  seat->capacity = response["capacity"].GetUint();
  seat->resumable = response.HasMember("resume_token");
  if (seat->resumable) {
    opened.resume_token = text_of(response["resume_token"]);
    seat->seq = response["seq"].GetUint64();
    seat->resumed = response["resumed"].GetBool();
    seat->received = response["received"].GetUint64();
    const auto replay = text_of(response["replay"]);
    seat->replay = replay == "complete"    ? replay_outcome::complete
                   : replay == "truncated" ? replay_outcome::truncated
                                           : replay_outcome::lost;
  }
  opened.seat = std::move(seat);
  return opened;
}

std::optional<session_event> reply_of(std::string_view ref, const Value& payload) {
  const bool is_ok = text_of(payload["status"]) == "ok";
  const auto& response = payload["response"];
  if (ref.starts_with("j"))
    return is_ok ? admission_of(response)
                 : session_event{join_refused{refusal_of(response)}};
  if (ref.starts_with("l"))
    return std::nullopt; // Its `phx_close` follows.
  push_answered answer;
  answer.tag.ref = "\"" + std::string{ref} + "\"";
  if (!is_ok)
    answer.why = refusal_of(response);
  return answer;
}

json_string to_json_string(std::string_view text) {
  rapidjson::StringBuffer bytes;
  writer out{bytes};
  put(out, text);
  const std::string_view quoted{bytes.GetString(), bytes.GetSize()};
  return json_string{std::string{quoted.substr(1, quoted.size() - 2)}};
}

std::optional<room_event::body> body_of(std::string_view event, const Value& payload) {
  if (event == "presence_diff")
    return presence_changed{roster_of(payload["joins"]), roster_of(payload["leaves"])};
  if (event == "chat:msg")
    return chat_said{id_of(payload["from_id"]), "", std::string{text_of(payload["text"])},
                     payload["ts"].GetInt64()};
  if (event == "media:update")
    return media_updated{id_of(payload["from_id"]), media_of(payload),
                         payload["ts"].GetInt64()};
  if (!event.starts_with("signal:"))
    return std::nullopt;
  signal_delivered signal{
    id_of(payload["from_id"]), id_of(payload["to_id"]), {}, payload["ts"].GetInt64()};
  if (event == "signal:ice") {
    ice_candidate candidate;
    candidate.candidate = json_string{std::string{text_of(payload["candidate"])}};
    signal.what = std::move(candidate);
  } else {
    signal.what = session_description{event == "signal:offer"
                                        ? session_description::kind::offer
                                        : session_description::kind::answer,
                                      to_json_string(text_of(payload["sdp"]))};
  }
  return signal;
}

session_event push_of(std::string_view topic, std::string_view event,
                      const Value& payload) {
  if (event == "phx_close")
    return session_ended{end_reason::superseded};
  if (event == "phx_error")
    return session_ended{end_reason::room_lost};
  if (event.starts_with("error:"))
    return push_answered{{}, refusal_of(payload)};
  auto body = body_of(event, payload);
  invariant(body.has_value());
  const std::uint64_t seq = payload.HasMember("seq") ? payload["seq"].GetUint64() : 0;
  const auto room = topic.substr(topic.find(':') + 1);
  return std::make_shared<const room_event>(std::string{room}, seq, std::move(*body));
}

} // namespace

std::string write_request(const request& said, const std::string& topic) {
  rapidjson::StringBuffer buffer;
  writer out{buffer};
  std::visit(frame_writer{out, topic, join_ref_of(said.slot)}, said.what);
  return {buffer.GetString(), buffer.GetSize()};
}

std::optional<word> read_word(const std::string& frame) {
  rapidjson::Document document;
  document.Parse(frame.data(), frame.size());
  invariant(document.IsArray() && document.Size() == 5);
  const auto& join_ref = document[0];
  const auto& ref = document[1];
  const auto event = text_of(document[3]);
  // A broadcast names no join: it is for whichever is current.
  const slot_id slot = join_ref.IsString()
                         ? static_cast<slot_id>(std::stoul(join_ref.GetString() + 1))
                         : any_slot;
  if (event == "presence_state")
    return word{slot, roster_told{roster_of(document[4])}};
  if (event != "phx_reply")
    return word{slot, push_of(text_of(document[2]), event, document[4])};
  auto answer = reply_of(ref.IsString() ? text_of(ref) : "", document[4]);
  return answer ? std::optional{word{slot, std::move(*answer)}} : std::nullopt;
}

} // namespace greenroom::sim
