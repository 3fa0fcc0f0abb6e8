// Messages of the Phoenix Channels protocol, version 2, as far as a client that
// looks for its own marks needs to read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/greenroom-load/marker.hpp"

namespace greenroom::load {

/// What stands before a payload; texts without their quotes, escapes as they are.
struct message {
  std::string_view ref;
  std::string_view topic;
  std::string_view event;
  std::string_view payload; ///< As JSON.
};

/// Reads the envelope alone, in place.
std::optional<message> read_message(std::string_view text);

// -- read in full, as JSON ----------------------------------------------------

struct reply {
  bool is_ok = false;
  std::string error;
  std::string to_id; ///< Of a signal whose target is unknown.
  std::string self_id;
  std::uint64_t capacity = 0; ///< Zero if it was not told.
  std::string resume_token;
  bool resumed = false;
  std::uint64_t received = 0;
  std::uint64_t last_seq = 0;
};

std::optional<reply> read_reply(std::string_view payload);

/// Somebody of a roster.
struct presence {
  std::optional<stay_name> who; ///< Nothing: no client of ours.
  std::string id;
  std::string version; ///< Its `phx_ref`.
};

/// @returns Nothing if it is not as Phoenix's.
std::optional<std::vector<presence>> read_presence_state(std::string_view payload);

struct presence_diff {
  std::vector<presence> joins;
  std::vector<presence> leaves;
};
std::optional<presence_diff> read_presence_diff(std::string_view payload);

/// What must stand in a payload, for a check in full.
struct expectation {
  std::string_view from_id;
  std::string_view to_id; ///< Empty: it is a broadcast.
  std::string_view field; ///< Such as "sdp".
  std::string_view mark;  ///< What that field must begin with,
  std::string_view rest;  ///< and what must follow.
};

/// @returns Whether the payload is JSON and says exactly that.
bool fulfils(std::string_view payload, const expectation& wanted);

/// @returns The payload's event number, of those who may resume.
std::optional<std::uint64_t> find_seq(std::string_view payload);

} // namespace greenroom::load
