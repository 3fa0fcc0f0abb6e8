// Whether anybody answers at an address, asked with a bound on the time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace greenroom {

/// Connects, and hangs up. Blocks: not for a thread that others need.
/// @param patience For each address that `host` has; looking these up is not bounded.
/// @returns Why nobody can be reached; empty if somebody can.
std::string why_unreachable(const std::string& host, std::uint16_t port,
                            std::chrono::milliseconds patience);

} // namespace greenroom
