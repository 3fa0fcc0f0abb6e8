#include "tests/sim/chronicle.hpp"

#include <charconv>
#include <utility>

namespace greenroom::sim {

room_note chronicle::note(std::size_t node, std::uint64_t actor,
                          const journal_entry& line, instant now) {
  const auto place
    = rooms_.try_emplace(room_key{node, std::string{line.room_id}}, room_record{}).first;
  room_note result{place->first, line, 0, {}, {}};
  if (line.event == "room_died") {
    result.incarnation = place->second.incarnation;
    end_all(place->second, result.ended);
    place->second.incarnation = 0;
    return result;
  }
  auto& room = enter(place->first, actor, result);
  const auto seat = room.seats.find(line.from_id);
  if (seat != room.seats.end())
    result.seat = seat->second;
  if (line.event == "join")
    take_seat(room, result);
  else if (line.event == "resume" && seat == room.seats.end())
    take_seat(room, result);
  else if (seat == room.seats.end())
    return result;
  else if (line.event == "resume")
    seat->second.suspended_at.reset();
  else if (line.event == "suspend") {
    seat->second.suspended_at = now;
    seat->second.suspended_ts = line.ts;
  } else if (line.event == "leave") {
    result.ended.push_back(seat->second);
    seat_of_.erase(line.from_id);
    room.seats.erase(seat);
  }
  return result;
}

/// A line of a process that is not known yet begins another life of the room.
room_record& chronicle::enter(const room_key& where, std::uint64_t actor,
                              room_note& note) {
  auto& room = rooms_[where];
  auto& known = actors_[where];
  if (room.incarnation == 0 || known != actor) {
    end_all(room, note.ended);
    known = actor;
    room.incarnation = ++incarnation_count_;
  }
  note.incarnation = room.incarnation;
  return room;
}

void chronicle::end_all(room_record& room, std::vector<seat_record>& ended) {
  for (const auto& [who, seat] : room.seats) {
    ended.push_back(seat);
    seat_of_.erase(who);
  }
  room.seats.clear();
}

void chronicle::take_seat(room_record& room, room_note& note) {
  note.seat = {++seat_count_, note.line.from_id, std::nullopt, 0};
  room.seats[note.line.from_id] = note.seat;
  seat_of_[note.line.from_id] = last_seat_of_[note.line.from_id] = note.seat.number;
}

std::vector<seat_record> chronicle::bury(std::size_t node) {
  std::vector<seat_record> ended;
  for (auto& [where, room] : rooms_) {
    if (where.node != node)
      continue;
    end_all(room, ended);
    room.incarnation = 0;
  }
  return ended;
}

seat_number chronicle::occupy(const participant_id& who, bool goes_on) {
  auto& number = seat_of_[who];
  if (!goes_on || number == 0)
    number = ++seat_count_;
  return last_seat_of_[who] = number;
}

serial chronicle::add(push_record push) {
  if (!push.to.is_nil())
    push.to_seat = seat_of(push.to);
  pushes_.push_back(std::move(push));
  return pushes_.size();
}

const room_record* chronicle::find_room(const room_key& where) const {
  const auto found = rooms_.find(where);
  return found == rooms_.end() ? nullptr : &found->second;
}

seat_number chronicle::seat_of(const participant_id& who) const {
  const auto found = seat_of_.find(who);
  return found == seat_of_.end() ? 0 : found->second;
}

seat_number chronicle::last_seat_of(const participant_id& who) const {
  const auto found = last_seat_of_.find(who);
  return found == last_seat_of_.end() ? 0 : found->second;
}

// -- serials ------------------------------------------------------------------

std::string text_of(serial number) {
  return "#" + std::to_string(number);
}

serial serial_in(std::string_view text) {
  const auto mark = text.find('#');
  serial number = 0;
  if (mark != text.npos)
    std::from_chars(text.data() + mark + 1, text.data() + text.size(), number);
  return number;
}

serial serial_in(const correlation& tag) {
  return tag.wants_reply() ? serial_in("#" + tag.ref.substr(1)) : 0;
}

namespace {

struct serial_reader {
  serial operator()(const session_description& what) const {
    return serial_in(what.sdp.escaped());
  }
  serial operator()(const ice_candidate& what) const {
    return serial_in(what.candidate.escaped());
  }
  serial operator()(const signal_delivered& event) const {
    return std::visit(*this, event.what);
  }
  serial operator()(const media_updated& event) const {
    return serial_in(event.media.devices.audio_device_id.value_or(""));
  }
  serial operator()(const chat_said& event) const { return serial_in(event.text); }
  serial operator()(const presence_changed&) const { return 0; }
};

} // namespace

serial serial_in(const room_event& event) {
  return std::visit(serial_reader{}, event.what);
}

} // namespace greenroom::sim
