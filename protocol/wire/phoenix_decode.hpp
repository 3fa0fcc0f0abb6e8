// What a Phoenix client's payloads ask for, in the internal language.
#pragma once

#include <cstddef>
#include <string_view>
#include <variant>

#include "protocol/vocabulary/messages.hpp"
#include "protocol/wire/phoenix_frame.hpp"

namespace greenroom::wire {

/// Reads the params of a `phx_join`.
/// @param room What follows "room:" in the frame's topic; judged as well.
/// @returns The request, or every fault that was found.
std::variant<join_request, invalid_payload> decode_join(const phoenix_frame& frame,
                                                        std::string_view room);

/// Reads any other event of a joined topic.
/// @param bytes Of the message that the frame came in.
/// @returns A push in every case: what is refused travels as `refused_push`.
client_push decode_push(const phoenix_frame& frame, std::string_view room,
                        std::size_t bytes);

} // namespace greenroom::wire
