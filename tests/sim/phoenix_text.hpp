// A stock Phoenix client's half of the protocol: what it writes, and how it reads.
#pragma once

#include <optional>
#include <string>

#include "tests/sim/server_end.hpp"

namespace greenroom::sim {

/// @param topic  Of the request's slot.
std::string write_request(const request& said, const std::string& topic);

/// @returns Nothing for the reply to a leave, whose close follows.
std::optional<word> read_word(const std::string& frame);

} // namespace greenroom::sim
