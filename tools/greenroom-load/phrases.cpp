#include "tools/greenroom-load/phrases.hpp"

#include <algorithm>
#include <ctime>

#include <unistd.h>

namespace greenroom::load {

namespace {

constexpr int ref_digits = 8;
constexpr char room_filler = 'R';
constexpr std::string_view ref_field = "NNNNNNNN";
constexpr char id_filler = 'I';
constexpr std::size_t sdp_line_bytes = 64;

constexpr std::string_view events[phrase_count]{"signal:offer", "signal:answer",
                                                "signal:ice", "chat:msg", "media:update"};
constexpr std::string_view fields[phrase_count]{"sdp", "sdp", "candidate", "text", ""};

std::string mark_field() {
  return '@' + std::string(marker_bytes - 2, 'M') + '@';
}

/// A run's rooms must not meet those of another: of this machine by the process,
/// of other machines by the time.
std::string new_run() {
  std::array<char, 12> digits;
  write_hex(digits.data(), static_cast<std::uint64_t>(::getpid()), 6);
  write_hex(digits.data() + 6, static_cast<std::uint64_t>(::time(nullptr)), 6);
  return {digits.data(), digits.size()};
}

/// @returns What follows the marker of an SDP of `size` bytes.
std::string sdp_rest(std::size_t size) {
  std::string result;
  auto left = size - marker_bytes;
  for (; left >= sdp_line_bytes; left -= sdp_line_bytes)
    result += std::string(sdp_line_bytes - 2, 'a') + "\r\n";
  return result.append(left, 'a');
}

std::string escaped_line_ends(const std::string& text) {
  std::string result;
  for (const char each : text)
    if (each == '\r')
      result += "\\r";
    else if (each == '\n')
      result += "\\n";
    else
      result += each;
  return result;
}

} // namespace

phrases::phrases(const options& wanted)
  : wanted_(wanted),
    rests_{sdp_rest(wanted.offer_bytes), sdp_rest(wanted.offer_bytes),
           std::string(wanted.candidate_bytes - marker_bytes, 'c'),
           std::string(wanted.chat_bytes - marker_bytes, 't'), ""},
    topic_begin_(wanted.room_names.empty() ? "room:load-" + new_run() + '-' : "room:"),
    room_field_(wanted.room_names.empty() ? room_digits
                                          : wanted.room_names.front().size(),
                room_filler) {}

std::string phrases::topic(std::uint32_t room) const {
  std::array<char, room_digits> digits;
  return topic_begin_ + std::string{room_text(room, digits)};
}

std::string_view phrases::room_text(std::uint32_t room,
                                    std::array<char, room_digits>& digits) const {
  if (!wanted_.room_names.empty())
    return wanted_.room_names[room];
  write_hex(digits.data(), room, room_digits);
  return {digits.data(), digits.size()};
}

void phrases::append_join(std::string& out, std::uint32_t room, const stay_name& who,
                          std::string_view resume, std::uint64_t last_seq) const {
  const auto name = encode(who);
  std::string payload = R"({"display_name":")";
  payload.append(name.data(), name.size()).append("\"");
  if (resume == first_resume)
    payload += R"(,"resume":"")";
  else if (!resume.empty())
    payload.append(R"(,"resume":")")
      .append(resume)
      .append(R"(","last_seq":)")
      .append(std::to_string(last_seq));
  append_text(out, envelope(join_ref, topic(room), "phx_join", payload + '}'));
}

void phrases::append_leave(std::string& out, std::uint32_t room) const {
  append_text(out, envelope(leave_ref, topic(room), "phx_leave", "{}"));
}

void phrases::append_heartbeat(std::string& out) const {
  append_text(out, R"([null,"0","phoenix","heartbeat",{}])");
}

void phrases::append(std::string& out, phrase what, std::uint32_t room, std::uint32_t ref,
                     std::string_view to_id, const marker& mark) {
  const auto& prepared = form_of(what, to_id.size());
  char* copy = prepared.frame.append_to(out);
  std::array<char, ref_digits> ref_text;
  write_hex(ref_text.data(), ref, ref_digits);
  std::array<char, room_digits> digits;
  const auto mark_text = encode(mark);
  const auto put = [&](std::size_t at, const auto& text) {
    prepared.frame.patch(copy, at, {text.data(), text.size()});
  };
  put(prepared.ref_at, ref_text);
  put(prepared.topic_at, room_text(room, digits));
  put(prepared.id_at, to_id);
  put(prepared.mark_at, mark_text);
}

expectation phrases::expect(phrase what, std::string_view mark) const {
  const auto at = static_cast<std::size_t>(what);
  return {
    .from_id = {}, .to_id = {}, .field = fields[at], .mark = mark, .rest = rests_[at]};
}

const phrases::form& phrases::form_of(phrase what, std::size_t id_bytes) {
  auto& known = forms_[static_cast<std::size_t>(what)];
  // One server's ids are all of one size, or nearly.
  const auto found = std::ranges::find(known, id_bytes, &form::id_bytes);
  return found != known.end() ? *found : known.emplace_back(make_form(what, id_bytes));
}

phrases::form phrases::make_form(phrase what, std::size_t id_bytes) const {
  const std::string id(id_bytes, id_filler);
  const auto to = id.empty() ? std::string{} : R"("to_id":")" + id + "\",";
  const auto text = envelope(ref_field, topic_begin_ + room_field_,
                             events[static_cast<std::size_t>(what)],
                             '{' + to + body(what) + '}');
  form result;
  result.frame = prepared_frame{std::string{wanted_.how->prefix} + text
                                + std::string{wanted_.how->suffix}};
  result.id_bytes = id_bytes;
  result.ref_at = result.frame.find(ref_field);
  result.topic_at = result.frame.find(room_field_);
  result.id_at = id.empty() ? 0 : result.frame.find('"' + id + '"') + 1;
  result.mark_at = result.frame.find(mark_field());
  return result;
}

std::string phrases::body(phrase what) const {
  const auto at = static_cast<std::size_t>(what);
  if (what == phrase::media)
    // A device's id is the one text that such a message carries to the others.
    return R"("audio_muted":true,"video_enabled":true,"screensharing":false,)"
           R"("device_info":{"audio_device_id":")"
           + mark_field() + R"(","video_device_id":null})";
  auto result = '"' + std::string{fields[at]} + "\":\"" + mark_field()
                + escaped_line_ends(rests_[at]) + '"';
  if (what == phrase::candidate)
    result += R"(,"sdpMid":"0","sdpMLineIndex":0)";
  return result;
}

void phrases::append_text(std::string& out, std::string_view json) const {
  append_frame(out, opcode::text,
               std::string{wanted_.how->prefix}.append(json).append(wanted_.how->suffix));
}

std::string phrases::envelope(std::string_view ref, std::string_view topic,
                              std::string_view event, std::string_view payload) const {
  std::string result = "[\"";
  result.append(join_ref).append("\",\"").append(ref).append("\",\"");
  result.append(topic).append("\",\"").append(event).append("\",");
  return result.append(payload).append("]");
}

} // namespace greenroom::load
