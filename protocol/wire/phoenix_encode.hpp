// Renders what a Phoenix client hears: each function one whole message, or a part.
#pragma once

#include <string>
#include <string_view>

#include "protocol/vocabulary/messages.hpp"
#include "protocol/wire/json_text.hpp"
#include "protocol/wire/phoenix.hpp"

namespace greenroom::wire {

/// Where a message belongs. Refs are JSON text, quotes included; empty is null.
struct phoenix_address {
  std::string_view topic;
  std::string_view join_ref; ///< V1 has none, and leaves it out.
  std::string_view ref;
};

/// Answers a join, leave or push.
/// @param response A JSON object.
std::string encode_reply(phoenix_version version, const phoenix_address& to,
                         std::string_view status, std::string_view response);

/// Any other message.
/// @param payload A JSON object.
std::string encode_message(phoenix_version version, const phoenix_address& to,
                           std::string_view event, std::string_view payload);

/// The object that a refusal is, as a reply's response or an event's payload.
/// @param room The room's id, which some refusals name.
std::string refusal_object(const refusal& why, std::string_view room);

/// The response to a join that was let in.
std::string admission_object(const session_opened& opened);

/// The payload of `presence_state`, and the `presence` of a join's response.
std::string roster_object(const std::vector<presence>& roster);

/// Renders an event for one listener, or for all of them if `to.join_ref` is
/// empty: then the bytes are the same for everyone who speaks `version`.
/// @param sequenced With `seq`, where the event has a number.
/// @pre No participant stands twice among the joins or leaves of a presence diff.
std::string encode_event(phoenix_version version, const phoenix_address& to,
                         const room_event& event, bool sequenced);

/// The same, behind what `out` has.
void append_event(json_text& out, phoenix_version version, const phoenix_address& to,
                  const room_event& event, bool sequenced);

} // namespace greenroom::wire
