// The browser's page, compiled into the program.
#pragma once

#include <span>

#include "net/asset.hpp"

namespace greenroom {

/// @returns Every file of the page; valid for the life of the program.
std::span<const net::asset> embedded_assets();

} // namespace greenroom
