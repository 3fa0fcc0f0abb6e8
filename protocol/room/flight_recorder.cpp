#include "protocol/room/flight_recorder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>
#include <utility>

#include "protocol/room/flight_text.hpp"
#include "protocol/vocabulary/invariant.hpp"

namespace greenroom {

using flight_text::writer;

namespace {

// -- digests ------------------------------------------------------------------

class digester {
public:
  digester& add(std::uint64_t value) {
    value_ = (value_ ^ value) * 0x9E3779B97F4A7C15u;
    value_ ^= value_ >> 32;
    return *this;
  }
  digester& add(const participant_id& who) { return add(who.high()).add(who.low()); }
  digester& add(const std::optional<refusal>& why) {
    return add(why ? why->index() + 1 : 0);
  }
  digester& add(const std::vector<presence>& list) {
    for (const auto& one : list)
      add(one.who).add(one.version).add(one.previous);
    return add(list.size());
  }

  void operator()(const shared_event& event) {
    add(event->seq).add(weight_of(*event));
    if (const auto* news = std::get_if<presence_changed>(&event->what))
      add(news->joins).add(news->leaves);
  }
  void operator()(const std::shared_ptr<const admission>& seat) {
    add(seat->self).add(seat->attachment).add(seat->capacity).add(seat->roster);
    add(seat->resumable).add(seat->resumed).add(seat->generation).add(seat->seq);
    add(seat->received).add(static_cast<std::uint64_t>(seat->replay));
    for (const auto& event : seat->missed)
      (*this)(event);
  }
  void operator()(const join_refused& answer) { add(answer.why.index()); }
  void operator()(const push_answered& answer) {
    add(answer.tag.ref.size()).add(answer.why);
  }
  void operator()(const room_left&) {}
  void operator()(const session_ended& last_word) {
    add(static_cast<std::uint64_t>(last_word.why));
  }
  void operator()(const credit_returned& credit) { add(credit.count).add(credit.bytes); }

  std::uint32_t value() const { return static_cast<std::uint32_t>(value_); }

private:
  std::uint64_t value_ = 1;
};

// -- snapshots ----------------------------------------------------------------

void write(writer line, const device_info& devices) {
  line.maybe_veiled(devices.audio_device_id).maybe_veiled(devices.video_device_id);
}

void write(writer line, const media_state& media) {
  line.number(media.audio_muted).number(media.video_enabled).number(media.screensharing);
  write(line, media.devices);
}

void write(writer line, const seat& one) {
  const auto& shown = one.shown;
  line.id(shown.who).number(one.attachment).veiled(shown.display_name);
  write(line, shown.media);
  line.number(shown.version).number(shown.previous).number(one.resumable);
  line.number(one.generation).number(one.joined_seq).number(one.lost_seq);
  line.number(one.received).number(one.owed.count).number(one.owed.bytes);
  line.number(one.born_at).number(one.suspended_until);
}

std::string snapshot_of(const room_state& room) {
  std::string out;
  writer line{out};
  const auto begin = [&](std::string_view verb) {
    if (!out.empty())
      out += '\n';
    out += verb;
  };
  begin("room");
  line.plain(room.id.value).number(room.limits.capacity);
  line.number(room.limits.log_bytes_max).number(room.limits.log_age_ms_max);
  line.number(room.limits.resume_window_ms).number(room.limits.linger_ms);
  begin("state");
  line.number(room.born_at).number(room.now).number(room.seq).number(room.next_version);
  line.number(room.next_attachment).number(room.lost_seq).number(room.empty_since);
  for (const auto& one : room.seats) {
    begin("seat");
    write(line, one);
  }
  for (const auto& gone : room.departed) {
    begin("gone");
    line.id(gone.who); // By which session matters only where two rooms meet.
  }
  for (const auto& entry : room.log) {
    begin("log");
    line.number(entry.event->seq).id(entry.to).number(entry.at);
    line.number(weight_of(*entry.event)).number(entry.heard_by.size());
    for (const auto& who : entry.heard_by)
      line.id(who);
  }
  out += '\n';
  return out;
}

// -- pushes -------------------------------------------------------------------

struct push_writer {
  writer line;

  void operator()(const send_signal&) { invariant(false); } // They are packed.
  void operator()(const update_media& push) {
    line.word("media").number(push.devices_given);
    write(line, push.media);
  }
  void operator()(const say_chat& push) { line.word("chat").number(push.text.size()); }
  void operator()(const refused_push& push) {
    line.word("refused").number(push.why.index());
  }
  void operator()(const answered_push&) { line.word("answered"); }
};

// -- signals ------------------------------------------------------------------

/// Stands where the verb of a line would, which no verb begins with.
constexpr char signal_mark = '\1';

/// A signal, up to the digest of what was decided, which follows as it is.
struct packed_signal {
  enum class kind : std::uint32_t { offer, answer, ice }; // Wide, so no byte is unset.

  instant now = 0;
  seat_key from;
  participant_id to;
  std::uint32_t ref_size = 0, frame_bytes = 0, size = 0;
  kind what = kind::offer;
};

static_assert(std::is_trivially_copyable_v<packed_signal>);

packed_signal pack(const apply_push& command, const send_signal& push, instant now) {
  using kind = packed_signal::kind;
  packed_signal result;
  result.now = now;
  result.from = command.from;
  result.to = push.to;
  result.ref_size = static_cast<std::uint32_t>(command.push.tag.ref.size());
  result.frame_bytes = static_cast<std::uint32_t>(command.push.bytes);
  if (const auto* description = std::get_if<session_description>(&push.what)) {
    const bool is_offer = description->type == session_description::kind::offer;
    result.what = is_offer ? kind::offer : kind::answer;
    result.size = static_cast<std::uint32_t>(description->sdp.size());
    return result;
  }
  const auto& ice = std::get<ice_candidate>(push.what);
  const auto mid_size = ice.sdp_mid ? ice.sdp_mid->size() : 0;
  result.what = kind::ice;
  result.size = static_cast<std::uint32_t>(ice.candidate.size() + mid_size);
  return result;
}

template <class T>
void append_bytes(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
T take_bytes(std::string_view& from) {
  T result;
  invariant(from.size() >= sizeof result);
  std::memcpy(&result, from.data(), sizeof result);
  from.remove_prefix(sizeof result);
  return result;
}

void unpack(std::string_view& from, std::string& out) {
  constexpr std::array<std::string_view, 3> words{"offer", "answer", "ice"};
  const auto one = take_bytes<packed_signal>(from);
  const auto digest = take_bytes<std::uint32_t>(from);
  out += "push";
  writer line{out};
  line.number(one.now).id(one.from.who).number(one.from.attachment);
  line.number(one.ref_size).number(one.frame_bytes);
  line.word(words[static_cast<std::size_t>(one.what)]).id(one.to).number(one.size);
  line.number(digest);
  out += '\n';
}

/// Puts what is packed into words.
void spell_out(std::string_view commands, std::string& out) {
  while (!commands.empty()) {
    if (commands.front() == signal_mark) {
      commands.remove_prefix(1);
      unpack(commands, out);
      continue;
    }
    const auto line = commands.substr(0, commands.find('\n') + 1);
    out += line;
    commands.remove_prefix(line.size());
  }
}

} // namespace

std::uint32_t digest_of(const effects& decided) {
  digester digest;
  for (const auto& one : decided) {
    digest.add(static_cast<std::uint64_t>(one.to)).add(one.who).add(one.what.index());
    std::visit(digest, one.what);
  }
  return digest.value();
}

flight_recorder::flight_recorder(const room_state& room)
  : latest_{snapshot_of(room), {}} {}

void flight_recorder::begin(const room_state& room) {
  const auto bytes_max = std::max(limits::flight_bytes_max, latest_.snapshot.size());
  if (latest_.commands.size() > bytes_max)
    former_ = std::exchange(latest_, leg{snapshot_of(room), {}});
}

void flight_recorder::begin(const room_state& room, std::string_view verb, instant now) {
  begin(room);
  latest_.commands += verb;
  writer{latest_.commands}.number(now);
}

void flight_recorder::take(const room_state& room, const join_room& command,
                           instant now) {
  begin(room, "join", now);
  writer line{latest_.commands};
  line.id(command.fresh).veiled(command.display_name);
  write(line, command.devices);
  line.number(command.resumable).number(command.last_seq);
  line.number(command.claim.has_value());
  if (const auto& claim = command.claim)
    line.id(claim->who).number(claim->generation).number(claim->born_at);
  line.number(command.replaces.has_value());
  if (const auto& former = command.replaces)
    line.id(former->who).number(former->attachment);
}

void flight_recorder::take(const room_state& room, const apply_push& command,
                           instant now) {
  if (const auto* push = std::get_if<send_signal>(&command.push.what)) {
    begin(room);
    latest_.commands += signal_mark;
    append_bytes(latest_.commands, pack(command, *push, now));
    is_packed_ = true;
    return;
  }
  begin(room, "push", now);
  writer line{latest_.commands};
  line.id(command.from.who).number(command.from.attachment);
  line.number(command.push.tag.ref.size()).number(command.push.bytes);
  std::visit(push_writer{line}, command.push.what);
}

void flight_recorder::take(const room_state& room, const leave_room& command,
                           instant now) {
  begin(room, "leave", now);
  writer{latest_.commands}.id(command.from.who).number(command.from.attachment);
}

void flight_recorder::take(const room_state& room, const suspend_seat& command,
                           instant now) {
  begin(room, "suspend", now);
  writer line{latest_.commands};
  line.id(command.from.who).number(command.from.attachment).number(command.keep_seat);
}

void flight_recorder::take_tick(const room_state& room, instant now) {
  begin(room, "tick", now);
}

void flight_recorder::decided(const effects& what) {
  const auto digest = digest_of(what);
  if (std::exchange(is_packed_, false)) {
    append_bytes(latest_.commands, digest);
    return;
  }
  writer{latest_.commands}.number(digest);
  latest_.commands += '\n';
}

std::string flight_recorder::dump() const {
  std::string out{flight_text::first_line};
  const bool has_former = !former_.snapshot.empty();
  out += (has_former ? former_ : latest_).snapshot;
  spell_out(former_.commands, out);
  spell_out(latest_.commands, out);
  out += flight_text::last_line;
  return out;
}

std::size_t flight_recorder::bytes() const {
  return former_.snapshot.capacity() + former_.commands.capacity()
         + latest_.snapshot.capacity() + latest_.commands.capacity();
}

} // namespace greenroom
