// The Phoenix Channels dialect, as stock clients speak it; see phoenix.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "protocol/wire/dialect.hpp"

namespace greenroom::wire {

/// V2 frames are arrays of five, V1 frames objects without `join_ref`.
enum class phoenix_version : std::uint8_t { v1, v2 };

/// Reads the `vsn` parameter of a connection's URL: missing (empty) or "1.0.x"
/// is V1, "2.0.x" is V2.
/// @returns Nothing for any other version; the upgrade is answered 403.
std::optional<phoenix_version> phoenix_version_of(std::string_view vsn);

/// Makes the dialect of one new connection.
std::unique_ptr<dialect> make_phoenix(phoenix_version version);

} // namespace greenroom::wire
