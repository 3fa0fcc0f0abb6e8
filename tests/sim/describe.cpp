#include "tests/sim/describe.hpp"

#include "tests/sim/chronicle.hpp"
#include "tests/sim/trace.hpp"

namespace greenroom::sim {

namespace {

struct signal_name {
  std::string operator()(const session_description& what) const {
    const bool is_offer = what.type == session_description::kind::offer;
    return (is_offer ? "offer " : "answer ") + text_of(serial_in(what.sdp.escaped()));
  }
  std::string operator()(const ice_candidate& what) const {
    return "candidate " + text_of(serial_in(what.candidate.escaped()));
  }
};

struct push_name {
  std::string operator()(const send_signal& push) const {
    return std::visit(signal_name{}, push.what) + " to " + short_name(push.to);
  }
  std::string operator()(const update_media& push) const {
    return "media " + text_of(serial_in(push.media.devices.audio_device_id.value_or("")));
  }
  std::string operator()(const say_chat& push) const {
    return "chat " + text_of(serial_in(push.text));
  }
  std::string operator()(const refused_push&) const { return "a malformed push"; }
  std::string operator()(const answered_push&) const { return "an answered push"; }
};

struct event_name {
  std::string operator()(const signal_delivered& event) const {
    return std::visit(signal_name{}, event.what) + " from " + short_name(event.from);
  }
  std::string operator()(const media_updated& event) const {
    return "media " + text_of(serial_in(event.media.devices.audio_device_id.value_or("")))
           + " from " + short_name(event.from);
  }
  std::string operator()(const chat_said& event) const {
    return "chat " + text_of(serial_in(event.text)) + " from " + short_name(event.from);
  }
  std::string operator()(const presence_changed& event) const {
    std::string text = "presence";
    for (const auto& one : event.joins)
      text += " +" + short_name(one.who) + "." + std::to_string(one.version % 1000);
    for (const auto& one : event.leaves)
      text += " -" + short_name(one.who) + "." + std::to_string(one.version % 1000);
    return text;
  }
};

struct word_name {
  std::string operator()(const session_opened& what) const {
    const auto& seat = *what.seat;
    return "let in as " + short_name(seat.self) + ", seq " + std::to_string(seat.seq)
           + ", received " + std::to_string(seat.received) + ", missed "
           + std::to_string(seat.missed.size());
  }
  std::string operator()(const join_refused& what) const {
    return "refused: " + std::string{code_of(what.why)};
  }
  std::string operator()(const shared_event& what) const {
    return "event " + std::to_string(what->seq) + ": "
           + std::visit(event_name{}, what->what);
  }
  std::string operator()(const push_answered& what) const {
    return "answer to " + what.tag.ref + ": "
           + (what.why ? std::string{code_of(*what.why)} : std::string{"ok"});
  }
  std::string operator()(const room_left&) const { return "left"; }
  std::string operator()(const session_ended& what) const {
    return what.why == end_reason::superseded ? "superseded" : "room lost";
  }
  std::string operator()(const credit_returned& what) const {
    return "credit of " + std::to_string(what.count);
  }
};

struct request_name {
  std::string operator()(const join_request& what) const {
    return "join " + what.room.value;
  }
  std::string operator()(const client_push& what) const {
    return std::visit(push_name{}, what.what);
  }
  std::string operator()(const leave_topic&) const { return "leave"; }
};

} // namespace

std::string describe(const request& said) {
  return std::visit(request_name{}, said.what);
}

std::string describe(const word& told) {
  if (const auto* state = std::get_if<roster_told>(&told.what))
    return "roster of " + std::to_string(state->roster.size());
  return std::visit(word_name{}, std::get<session_event>(told.what));
}

} // namespace greenroom::sim
