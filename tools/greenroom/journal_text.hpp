// How an entry of the journal is written. Whatever a client chose is escaped, so
// that nobody can forge a line, or hide one, by a name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/vocabulary/journal.hpp"

namespace greenroom {

enum class journal_format : std::uint8_t {
  text, ///< For people: `join room_id=demo presences_count=2`.
  json, ///< For programs: `"event":"join","room_id":"demo","presences_count":2`.
};

/// @returns The entry without its time and level, on one line of valid UTF-8.
///          For JSON, the inner part of an object.
std::string render(const journal_entry& entry, journal_format format);

std::string_view to_string(severity level);

} // namespace greenroom
