// What travels, in the words of a trace.
#pragma once

#include <string>

#include "tests/sim/server_end.hpp"

namespace greenroom::sim {

std::string describe(const request& said);
std::string describe(const word& told);

} // namespace greenroom::sim
