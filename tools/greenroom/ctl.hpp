#pragma once

#include <string>
#include <vector>

namespace greenroom {

/// `greenroom ctl`: asks the server that runs on this machine.
/// @param arguments What follows `ctl`.
/// @returns The exit status: 0, or 2 for bad arguments.
/// @throws std::exception with a sentence for the operator.
int control(const std::vector<std::string>& arguments);

} // namespace greenroom
