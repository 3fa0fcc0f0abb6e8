// The short way through the messages that a room is busiest with.
#pragma once

#include <optional>
#include <string>

#include "protocol/wire/phoenix_frame.hpp"

namespace greenroom::wire {

/// Takes a V2 message apart if it is written as `JSON.stringify` writes signals and
/// chat: five elements without blanks, a flat object for the payload, integers, and of
/// escapes only the short ones. Does what the general parser does with it, in less time,
/// but leaves the escapes of what nobody here reads: SDP and candidates.
/// @param text Not yet known to be UTF-8. Left as it is unless a frame is returned,
///             which then points into it.
/// @returns Nothing of which the general parser should not judge itself.
std::optional<phoenix_frame> scan_frame(std::string& text);

/// What short escapes stand for takes their place.
/// @param text Of the frame that has `value`.
void unescape(json_value& value, std::string& text);

} // namespace greenroom::wire
