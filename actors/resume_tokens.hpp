// Seals what a resume token says, and opens what clients send.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "actors/ports.hpp"

namespace greenroom {

/// @returns The claim and its signature as URL-safe text.
std::string seal_token(const resume_claim& claim, const signer_port& signer);

/// @returns The claim of a genuine, unexpired token of `room`; nothing for any
///          other text. Its signature is compared in constant time.
std::optional<resume_claim> open_token(std::string_view token, const room_id& room,
                                       instant now, const signer_port& signer);

} // namespace greenroom
