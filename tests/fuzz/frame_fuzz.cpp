// Any bytes as one message: a frame is taken apart without harm, and a signal that
// was decoded, encoded and decoded again is the same signal.
#include <cstddef>
#include <cstdint>
#include <string>

#include "protocol/vocabulary/invariant.hpp"
#include "protocol/vocabulary/limits.hpp"
#include "protocol/vocabulary/text.hpp"
#include "protocol/wire/phoenix_decode.hpp"
#include "protocol/wire/phoenix_encode.hpp"
#include "protocol/wire/phoenix_scan.hpp"

using namespace greenroom;
using namespace greenroom::wire;

static std::string encode(phoenix_version version, const send_signal& push) {
  const room_event event{"x", 1, signal_delivered{push.to, push.to, push.what, 5}};
  return encode_event(version, {"room:x", {}, {}}, event, true);
}

static void check_signal(phoenix_version version, const send_signal& push) {
  const auto first = encode(version, push);
  auto text = first;
  const auto frame = parse_frame(text, version);
  invariant(frame.has_value());
  const auto again = decode_push(*frame, "x", first.size());
  invariant(std::holds_alternative<send_signal>(again.what));
  invariant(encode(version, std::get<send_signal>(again.what)) == first);
}

static void check_refusal(const refusal& why) {
  std::string text = "[null,null,\"t\",\"e\"," + refusal_object(why, "x") + ']';
  invariant(parse_frame(text, phoenix_version::v2).has_value());
}

static void check_push(phoenix_version version, const client_push& push) {
  if (const auto* signal = std::get_if<send_signal>(&push.what))
    check_signal(version, *signal);
  if (const auto* refused = std::get_if<refused_push>(&push.what))
    check_refusal(refused->why);
  if (const auto* chat = std::get_if<say_chat>(&push.what))
    invariant(is_utf8(chat->text)
              && code_point_count(chat->text) <= limits::chat_text_code_points_max);
}

/// The short way and the general one say the same of the same message.
static void check_both_ways(const std::string& text, phoenix_version version) {
  auto first = text, second = text;
  auto frame = parse_frame(first, version);
  if (frame)
    for (const auto which : {field::sdp, field::candidate, field::sdp_mid})
      unescape(frame->fields[static_cast<std::size_t>(which)], first);
  const auto other = parse_any_frame(second, version);
  invariant(frame == other);
  if (frame)
    invariant(literal_of(frame->ref) == literal_of(other->ref)
              && literal_of(frame->join_ref) == literal_of(other->join_ref));
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const auto version : {phoenix_version::v1, phoenix_version::v2}) {
    std::string text{reinterpret_cast<const char*>(data), size};
    check_both_ways(text, version);
    const auto frame = parse_frame(text, version);
    if (!frame)
      continue;
    invariant(literal_of(frame->ref).size() <= limits::ref_bytes_max);
    invariant(is_utf8(frame->topic.text) && is_utf8(frame->event.text));
    check_push(version, decode_push(*frame, "x", size));
    const auto join = decode_join(*frame, frame->topic.text);
    if (const auto* fault = std::get_if<invalid_payload>(&join)) {
      invariant(!fault->reasons.empty());
      check_refusal(*fault);
    }
  }
  return 0;
}
