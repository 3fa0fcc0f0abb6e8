// What the log is told of refusals that no room makes. Codes and names of fields; never
// what a payload holds.
#include "protocol/wire/phoenix_connection.hpp"

namespace greenroom::wire {

void phoenix_connection::note_refused_join(const phoenix_channel& channel,
                                           const refusal& why, dialect_host& host) {
  journal_entry line{.event = "join_refused", .room_id = channel.room()};
  std::string detail{code_of(why)};
  if (const auto* fault = std::get_if<invalid_payload>(&why))
    detail += ": " + fault->reasons.front();
  if (const auto* full = std::get_if<capacity_reached>(&why))
    line.presences_count = full->limit;
  line.detail = detail;
  host.note(line);
}

void phoenix_connection::note_overdue(const phoenix_channel& channel,
                                      const client_push& push, dialect_host& host) {
  const auto* signal = std::get_if<send_signal>(&push.what);
  host.note({.level = severity::debug,
             .event = event_name_of(push.what),
             .room_id = channel.room(),
             .from_id = channel.seat.who,
             .to_id = signal ? signal->to : participant_id{},
             .detail = code_of(unavailable{}),
             .bytes = static_cast<std::int64_t>(push.bytes)});
}

void phoenix_connection::identify(journal_entry& line) const {
  if (channels_.size() != 1)
    return;
  line.room_id = channels_.front()->room();
  line.from_id = channels_.front()->seat.who;
}

} // namespace greenroom::wire
