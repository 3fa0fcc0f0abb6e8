#pragma once

#include <string>
#include <string_view>

namespace greenroom {

/// Writes a new file that only its owner may read.
/// @throws std::runtime_error with a sentence for the operator.
void write_private_file(const std::string& path, std::string_view text);

} // namespace greenroom
