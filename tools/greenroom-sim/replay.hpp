#pragma once

#include <string>

namespace greenroom::sim {

/// Goes through every recording in `file` and prints, step by step, what was asked,
/// what the room decides and who is in it then.
/// @returns The exit status: 0 if all was decided as it was recorded, 1 if not, 2 if
///          the file cannot be read.
int replay(const std::string& file);

} // namespace greenroom::sim
