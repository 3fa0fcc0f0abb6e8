#include "protocol/room/flight_reader.hpp"

#include <algorithm>
#include <utility>

#include "protocol/room/flight_text.hpp"
#include "protocol/room/log.hpp"

namespace greenroom {

using flight_text::reader;

namespace {

// -- snapshots ----------------------------------------------------------------

device_info read_devices(reader& in) {
  device_info result;
  result.audio_device_id = in.maybe_veiled();
  result.video_device_id = in.maybe_veiled();
  return result;
}

media_state read_media(reader& in) {
  media_state result;
  result.audio_muted = in.flag();
  result.video_enabled = in.flag();
  result.screensharing = in.flag();
  result.devices = read_devices(in);
  return result;
}

void read_room(reader& in, room_state& room) {
  room.id.value = in.plain();
  room.limits.capacity = in.number<std::uint32_t>();
  room.limits.log_bytes_max = in.number<std::size_t>();
  room.limits.log_age_ms_max = in.number<std::int64_t>();
  room.limits.resume_window_ms = in.number<std::int64_t>();
  room.limits.linger_ms = in.number<std::int64_t>();
}

void read_state(reader& in, room_state& room) {
  room.born_at = in.number<instant>();
  room.now = in.number<instant>();
  room.seq = in.number<std::uint64_t>();
  room.next_version = in.number<presence_version>();
  room.next_attachment = in.number<attachment_number>();
  room.lost_seq = in.number<std::uint64_t>();
  room.empty_since = in.maybe_number<instant>();
}

/// @returns Whether it comes behind all seats so far, as they are ordered.
bool read_seat(reader& in, room_state& room) {
  seat one;
  auto& shown = one.shown;
  shown.who = in.id();
  one.attachment = in.number<attachment_number>();
  shown.display_name = in.veiled();
  shown.media = read_media(in);
  shown.version = in.number<presence_version>();
  shown.previous = in.number<presence_version>();
  one.resumable = in.flag();
  one.generation = in.number<std::uint32_t>();
  one.joined_seq = in.number<std::uint64_t>();
  one.lost_seq = in.number<std::uint64_t>();
  one.received = in.number<std::uint64_t>();
  one.owed.count = in.number<std::uint32_t>();
  one.owed.bytes = in.number<std::size_t>();
  one.born_at = in.number<instant>();
  one.suspended_until = in.maybe_number<instant>();
  room.suspended_count += one.suspended_until.has_value();
  const bool is_behind = room.seats.empty() || room.seats.back().shown.who < shown.who;
  room.seats.push_back(std::move(one));
  return is_behind; // More than the capacity may sit where two rooms met.
}

/// What an event said is not recorded; a stand-in of its number and weight is.
bool read_log(reader& in, room_state& room) {
  const auto seq = in.number<std::uint64_t>();
  log_entry entry;
  entry.to = in.maybe_id();
  entry.at = in.number<instant>();
  const auto weight = in.number<std::size_t>();
  const auto least = weight_of(room_event{room.id.value, seq, chat_said{}});
  const auto heard_count = in.number<std::size_t>();
  if (weight < least || weight - least > limits::message_bytes_max)
    return false;
  for (std::size_t count = 0; count < heard_count && in.is_good(); ++count)
    entry.heard_by.push_back(in.id());
  chat_said said;
  said.text.assign(weight - least, '.');
  entry.event = std::make_shared<const room_event>(room.id.value, seq, std::move(said));
  room.log_bytes += log_weight(*entry.event);
  room.log.push_back(std::move(entry));
  return true;
}

// -- commands -----------------------------------------------------------------

seat_key read_key(reader& in) {
  const auto who = in.id();
  return {who, in.number<attachment_number>()};
}

join_room read_join(reader& in, const room_id& room) {
  join_room result;
  result.room = room;
  result.fresh = in.id();
  result.display_name = in.veiled();
  result.devices = read_devices(in);
  result.resumable = in.flag();
  result.last_seq = in.number<std::uint64_t>();
  if (in.flag()) {
    auto& claim = result.claim.emplace();
    claim.room = room;
    claim.who = in.id();
    claim.generation = in.number<std::uint32_t>();
    claim.born_at = in.number<instant>();
  }
  if (in.flag())
    result.replaces = read_key(in);
  return result;
}

refusal refusal_at(std::size_t index) {
  switch (index) {
    case 0: return capacity_reached{};
    case 1: return invalid_payload{};
    case 2: return unknown_peer{};
    case 3: return not_in_room{};
    default: return unavailable{};
  }
}

std::optional<push_body> read_body(reader& in) {
  const auto kind = in.word();
  if (kind == "offer" || kind == "answer") {
    const auto type = kind == "offer" ? session_description::kind::offer
                                      : session_description::kind::answer;
    const auto to = in.id();
    return send_signal{to, session_description{type, json_string{in.blank()}}};
  }
  if (kind == "ice") {
    const auto to = in.id();
    return send_signal{to, ice_candidate{json_string{in.blank()}, {}, {}, false}};
  }
  if (kind == "media") {
    const bool devices_given = in.flag();
    return update_media{read_media(in), devices_given};
  }
  if (kind == "chat")
    return say_chat{in.blank()};
  if (kind == "refused")
    return refused_push{refusal_at(in.number<std::size_t>())};
  if (kind == "answered")
    return answered_push{};
  return std::nullopt;
}

/// @returns Whether there is such a command.
bool read_command(reader& in, std::string_view verb, const room_id& room,
                  flight_step& step) {
  step.now = in.number<instant>();
  if (verb == "join") {
    step.what = read_join(in, room);
  } else if (verb == "push") {
    apply_push command;
    command.from = read_key(in);
    command.push.tag.ref = in.blank();
    command.push.bytes = in.number<std::size_t>();
    auto body = read_body(in);
    if (!body)
      return false;
    command.push.what = std::move(*body);
    step.what = std::move(command);
  } else if (verb == "leave") {
    step.what = leave_room{read_key(in)};
  } else if (verb == "suspend") {
    const auto key = read_key(in);
    step.what = suspend_seat{key, in.flag()};
  } else if (verb == "tick") {
    step.what = clock_seen{};
  } else {
    return false;
  }
  step.digest = in.number<std::uint32_t>();
  return true;
}

bool read_line(std::string_view line, flight& into) {
  reader in{line};
  const auto verb = in.word();
  bool is_known = true;
  if (verb == "room")
    read_room(in, into.start);
  else if (verb == "state")
    read_state(in, into.start);
  else if (verb == "seat")
    is_known = read_seat(in, into.start);
  else if (verb == "gone")
    into.start.departed.push_back({in.id()});
  else if (verb == "log")
    is_known = read_log(in, into.start);
  else {
    flight_step step;
    step.line = line;
    is_known = read_command(in, verb, into.start.id, step);
    into.steps.push_back(std::move(step));
  }
  return is_known && in.is_good() && in.is_at_end();
}

std::string_view take_line(std::string_view& rest) {
  const auto size = std::min(rest.find('\n'), rest.size());
  const auto line = rest.substr(0, size);
  rest.remove_prefix(std::min(size + 1, rest.size()));
  return line;
}

bool is_line(std::string_view line, std::string_view with_end) {
  return line == with_end.substr(0, with_end.size() - 1);
}

} // namespace

std::optional<std::vector<flight>> read_flights(std::string_view dump,
                                                std::string& fault) {
  std::vector<flight> result;
  bool is_open = false;
  std::size_t number = 0;
  while (!dump.empty()) {
    ++number;
    const auto line = take_line(dump);
    const bool begins = is_line(line, flight_text::first_line);
    const bool ends = is_line(line, flight_text::last_line);
    if (begins && !is_open)
      result.emplace_back();
    else if (!is_open || begins || (!ends && !read_line(line, result.back()))) {
      fault = "line " + std::to_string(number) + " is not of a recording";
      return std::nullopt;
    }
    is_open = !ends;
  }
  if (result.empty() || is_open) {
    fault = result.empty() ? "no recording in it" : "the recording is cut off";
    return std::nullopt;
  }
  return result;
}

effects take_step(room_state& room, const flight_step& step) {
  return std::visit(
    [&](auto command) {
      if constexpr (std::is_same_v<std::decay_t<decltype(command)>, clock_seen>)
        return expire(room, step.now);
      else
        return apply(room, std::move(command), step.now);
    },
    step.what);
}

} // namespace greenroom
