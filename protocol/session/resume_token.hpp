// What a resume token says, as bytes. Who signs them is a port's business.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/vocabulary/messages.hpp"

namespace greenroom {

/// Writes a claim as the bytes that are signed. Their first one is a version,
/// so that nodes of two releases can refuse each other's tokens knowingly.
std::string encode_claim(const resume_claim& claim);

/// Reads what `encode_claim` wrote.
/// @returns Nothing for other bytes: a wrong length, version or room id.
std::optional<resume_claim> decode_claim(std::string_view bytes);

} // namespace greenroom
