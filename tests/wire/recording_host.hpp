// Stands in for a connection: writes down what its dialect asks, one line each.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/wire/dialect.hpp"
#include "tests/wire/people.hpp"

namespace greenroom::test {

/// One line for what a push asks for.
struct push_describer {
  std::string operator()(const send_signal& push) const {
    return "to " + push.to.to_string() + std::visit(*this, push.what);
  }
  std::string operator()(const session_description& what) const {
    const bool is_offer = what.type == session_description::kind::offer;
    return (is_offer ? " offer " : " answer ") + std::string{what.sdp.escaped()};
  }
  std::string operator()(const ice_candidate& what) const {
    const auto mid = what.sdp_mid.value_or(json_string{"null"});
    return " ice '" + std::string{what.candidate.escaped()} + "' mid "
           + std::string{mid.escaped()} + " index "
           + (what.sdp_m_line_index ? std::to_string(*what.sdp_m_line_index) : "null")
           + (what.end_of_candidates ? " end" : "");
  }
  std::string operator()(const update_media& push) const {
    return std::string{"media"} + (push.media.audio_muted ? " muted" : "")
           + (push.media.video_enabled ? " video" : "")
           + (push.media.screensharing ? " screen" : "")
           + (push.devices_given ? describe(push.media.devices) : "");
  }
  std::string operator()(const say_chat& push) const { return "chat " + push.text; }
  std::string operator()(const refused_push& push) const {
    std::string result = "refused " + std::string{code_of(push.why)};
    if (const auto* fault = std::get_if<invalid_payload>(&push.why))
      for (const auto& reason : fault->reasons)
        result += (&reason == &fault->reasons.front() ? ": " : "; ") + reason;
    return result;
  }
  std::string operator()(const answered_push&) const { return "answered"; }

  static std::string describe(const device_info& devices) {
    return " devices " + devices.audio_device_id.value_or("null") + ' '
           + devices.video_device_id.value_or("null");
  }
};

inline std::string describe(const join_request& request) {
  std::string result = request.room.value + ' ' + request.display_name;
  if (request.devices != device_info{})
    result += push_describer::describe(request.devices);
  if (request.resumable)
    result += " resume '" + request.resume_token + "' "
              + std::to_string(request.last_seq);
  if (const auto& former = request.replaces)
    result += " replaces " + former->who.to_string() + '/'
              + std::to_string(former->attachment);
  return result;
}

/// `<` is what the client reads, `!` what the connection is asked to do.
class recording_host final : public wire::dialect_host {
public:
  explicit recording_host(wire::dialect& dialect) : dialect_(dialect) {}

  void send(shared_frame frame) override {
    outbox_.push_back({std::move(frame), 0, nullptr});
  }
  void relay(wire::slot_id slot, shared_event event, bool is_replay) override {
    if (is_replay)
      note("replay", slot, "");
    outbox_.push_back({nullptr, slot, std::move(event)});
  }
  void open(wire::slot_id slot, join_request request) override {
    note("open", slot, ' ' + describe(request));
  }
  void push(wire::slot_id slot, client_push&& push) override {
    const auto ref = push.tag.wants_reply() ? push.tag.ref : "-";
    note("push", slot, ' ' + ref + ' ' + std::visit(push_describer{}, push.what));
    pushes.push_back(std::move(push));
  }
  void leave(wire::slot_id slot) override { note("leave", slot, ""); }
  void release(wire::slot_id slot) override { note("release", slot, ""); }
  void close(close_reason reason) override {
    lines.push_back("! close " + std::to_string(wire_code(reason)));
  }

  void note(journal_entry refused) override {
    std::string line{refused.event};
    line.append(" ").append(refused.room_id).append(": ").append(refused.detail);
    refusals.push_back(std::move(line));
  }

  /// The client reads what waits for it; events are rendered now.
  void flush() {
    for (; !outbox_.empty(); outbox_.pop_front()) {
      const auto& next = outbox_.front();
      wire::json_text text;
      if (next.frame)
        lines.push_back("< " + abbreviate(*next.frame));
      else if (dialect_.encode(next.slot, *next.event, text))
        lines.push_back("< " + abbreviate(text.str()));
    }
  }

  /// @returns What was written down since the last call.
  std::vector<std::string> take() { return std::exchange(lines, {}); }

  std::vector<std::string> lines;
  std::vector<client_push> pushes;
  std::vector<std::string> refusals; ///< As they are logged.

private:
  struct entry {
    shared_frame frame;
    wire::slot_id slot = 0;
    shared_event event;
  };

  void note(const char* what, wire::slot_id slot, std::string more) {
    replace_all(more, "\r\n", "\\r\\n");
    lines.push_back(std::string{"! "} + what + ' ' + std::to_string(slot)
                    + abbreviate(more));
  }

  wire::dialect& dialect_;
  std::deque<entry> outbox_;
};

} // namespace greenroom::test
