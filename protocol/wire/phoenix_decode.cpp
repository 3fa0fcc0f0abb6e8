#include "protocol/wire/phoenix_decode.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/vocabulary/limits.hpp"
#include "protocol/vocabulary/text.hpp"
#include "protocol/wire/json_writer.hpp"

namespace greenroom::wire {

namespace {

using kind = json_value::kind;

/// SDP numbers its media sections by an unsigned short (WebRTC, RTCIceCandidate).
constexpr std::int64_t m_line_index_max = 65'535;

/// Takes members from one payload, and collects what is wrong with them. Reading
/// goes on after a fault, so that a client author hears of all at once.
class payload_reader {
public:
  payload_reader(const phoenix_frame& frame, std::string_view room) : frame_(frame) {
    if (!frame.payload.is(kind::object))
      reasons_.push_back("payload must be an object");
    const auto& named = frame[field::room_id];
    if (!named.is(kind::absent) && !(named.is(kind::string) && named.text == room))
      fault(field::room_id, "must equal the topic's");
  }

  bool is_sound() const { return reasons_.empty(); }

  invalid_payload refusal() {
    return {std::string{frame_.event.text}, std::move(reasons_)};
  }

  void fault(field which, std::string_view what) {
    if (!frame_.payload.is(kind::object))
      return; // Said already, and all that there is to say.
    auto& reason = reasons_.emplace_back(name_of(which));
    reason += ' ';
    reason += what;
  }

  bool is_given(field which) const {
    return !frame_[which].is(kind::absent) && !frame_[which].is(kind::null);
  }

  bool required_bool(field which) {
    if (!frame_[which].is(kind::boolean))
      fault(which, "must be true or false");
    return frame_[which].truth;
  }

  bool optional_bool(field which) {
    return !frame_[which].is(kind::absent) && required_bool(which);
  }

  /// A text that people read, so its length counts as they see it.
  std::string text(field which, std::size_t code_points_max) {
    const auto& value = frame_[which];
    const auto count = value.is(kind::string) ? code_point_count(value.text) : 0;
    if (count == 0 || count > code_points_max)
      fault(which, "must be a string of 1 to " + std::to_string(code_points_max)
                     + " characters");
    return std::string{value.text};
  }

  /// A text that nobody here reads: it goes on as it came.
  json_string unread(field which, std::size_t bytes_max) {
    const auto& value = frame_[which];
    if (!value.is(kind::string) || value.size() > bytes_max) {
      fault_size(which, bytes_max);
      return {};
    }
    return value.is_verbatim ? json_string{std::string{value.text}}
                             : to_json_string(value.text);
  }

  std::optional<json_string> optional_unread(field which, std::size_t bytes_max) {
    if (!is_given(which))
      return std::nullopt;
    return unread(which, bytes_max);
  }

  std::optional<std::int64_t> optional_integer(field which, std::int64_t max) {
    if (!is_given(which))
      return std::nullopt;
    const auto result = frame_[which].as_integer();
    if (!result || *result < 0 || *result > max)
      fault(which, "must be an integer of 0 to " + std::to_string(max));
    return result;
  }

  /// The two ids and nothing else: what they mean is the sender's own business.
  device_info devices() {
    device_info result;
    if (!is_given(field::device_info))
      return result;
    if (!frame_[field::device_info].is(kind::object)) {
      fault(field::device_info, "must be an object");
      return result;
    }
    result.audio_device_id = device(field::audio_device_id);
    result.video_device_id = device(field::video_device_id);
    return result;
  }

  const json_value& operator[](field which) const { return frame_[which]; }

private:
  void fault_size(field which, std::size_t bytes_max) {
    fault(which, "must be a string of at most " + std::to_string(bytes_max) + " bytes");
  }

  std::optional<std::string> device(field which) {
    const auto& value = frame_[which];
    if (!is_given(which))
      return std::nullopt;
    if (!value.is(kind::string) || value.text.size() > limits::device_id_bytes_max)
      fault(field::device_info, std::string{"has an invalid "}.append(name_of(which)));
    return std::string{value.text};
  }

  const phoenix_frame& frame_;
  std::vector<std::string> reasons_;
};

// -- pushes ---------------------------------------------------------------------

/// A signal for `to_id`, unless that names nobody or the payload has faults.
push_body signal_to(payload_reader& payload, signal&& what) {
  const auto& to_id = payload[field::to_id];
  if (!to_id.is(kind::string) || to_id.text.empty()
      || to_id.text.size() > limits::to_id_bytes_max)
    payload.fault(field::to_id, "must be a participant's id");
  if (!payload.is_sound())
    return refused_push{payload.refusal()};
  const auto to = participant_id::parse(to_id.text);
  if (!to)
    return refused_push{unknown_peer{std::string{to_id.text}}};
  return send_signal{*to, std::move(what)};
}

template <session_description::kind Kind>
push_body decode_description(payload_reader& payload) {
  return signal_to(payload, session_description{
                              Kind, payload.unread(field::sdp, limits::sdp_bytes_max)});
}

/// Browsers end a list of candidates with null, with an empty string, or, in
/// seed 0, with a flag that makes the candidate superfluous.
push_body decode_candidate(payload_reader& payload) {
  ice_candidate result;
  result.end_of_candidates = payload.optional_bool(field::end_of_candidates);
  const auto& candidate = payload[field::candidate];
  const bool may_be_absent = candidate.is(kind::null) || result.end_of_candidates;
  if (payload.is_given(field::candidate) || !may_be_absent)
    result.candidate = payload.unread(field::candidate, limits::candidate_bytes_max);
  result.end_of_candidates |= result.candidate.empty();
  result.sdp_mid = payload.optional_unread(field::sdp_mid, limits::sdp_mid_bytes_max);
  if (const auto index = payload.optional_integer(field::sdp_m_line_index,
                                                  m_line_index_max))
    result.sdp_m_line_index = static_cast<std::int32_t>(*index);
  return signal_to(payload, std::move(result));
}

push_body decode_media(payload_reader& payload) {
  update_media result;
  result.media.audio_muted = payload.required_bool(field::audio_muted);
  result.media.video_enabled = payload.required_bool(field::video_enabled);
  result.media.screensharing = payload.required_bool(field::screensharing);
  result.media.devices = payload.devices();
  result.devices_given = payload.is_given(field::device_info);
  if (!payload.is_sound())
    return refused_push{payload.refusal()};
  return result;
}

push_body decode_chat(payload_reader& payload) {
  say_chat result{payload.text(field::text, limits::chat_text_code_points_max)};
  if (!payload.is_sound())
    return refused_push{payload.refusal()};
  return result;
}

struct event_decoder {
  std::string_view event;
  push_body (*decode)(payload_reader&);
};

constexpr std::array decoders{
  event_decoder{"signal:ice", decode_candidate},
  event_decoder{"signal:offer", decode_description<session_description::kind::offer>},
  event_decoder{"signal:answer", decode_description<session_description::kind::answer>},
  event_decoder{"chat:msg", decode_chat},
  event_decoder{"media:update", decode_media},
};

push_body decode_body(const phoenix_frame& frame, std::string_view room) {
  for (const auto& known : decoders) {
    if (known.event != frame.event.text)
      continue;
    payload_reader payload{frame, room};
    return known.decode(payload);
  }
  return refused_push{
    invalid_payload{std::string{frame.event.text}, {"event is not known here"}}};
}

} // namespace

std::variant<join_request, invalid_payload> decode_join(const phoenix_frame& frame,
                                                        std::string_view room) {
  payload_reader payload{frame, room};
  if (!is_valid_room_id(room))
    payload.fault(field::room_id, "must be 1 to "
                                    + std::to_string(limits::room_id_bytes_max)
                                    + " bytes without control characters and '/'");
  join_request result;
  result.room.value = room;
  result.display_name = payload.text(field::display_name,
                                     limits::display_name_code_points_max);
  result.devices = payload.devices();
  result.resumable = payload.is_given(field::resume);
  if (result.resumable && !payload[field::resume].is(kind::string))
    payload.fault(field::resume, "must be a string");
  else if (payload[field::resume].text.size() <= limits::resume_token_bytes_max)
    result.resume_token = payload[field::resume].text;
  if (const auto seq = payload.optional_integer(field::last_seq, INT64_MAX))
    result.last_seq = static_cast<std::uint64_t>(*seq);
  if (!payload.is_sound())
    return payload.refusal();
  return result;
}

client_push decode_push(const phoenix_frame& frame, std::string_view room,
                        std::size_t bytes) {
  auto body = decode_body(frame, room);
  if (auto* refused = std::get_if<refused_push>(&body))
    refused->event = frame.event.text;
  return {{literal_of(frame.ref)}, std::move(body), bytes};
}

} // namespace greenroom::wire
