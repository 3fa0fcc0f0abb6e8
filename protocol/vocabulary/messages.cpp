#include "protocol/vocabulary/messages.hpp"

#include "protocol/vocabulary/limits.hpp"

namespace greenroom {

namespace {

/// The envelope, keys, ids and numbers of an encoded event; rounded up.
constexpr std::size_t envelope_bytes = limits::event_bytes_min;

template <class Text>
std::size_t size_of(const std::optional<Text>& text) {
  return text ? text->size() : 0;
}

std::size_t size_of(const device_info& devices) {
  return size_of(devices.audio_device_id) + size_of(devices.video_device_id);
}

std::size_t size_of(const std::vector<presence>& list) {
  std::size_t result = 0;
  for (const auto& one : list)
    result += envelope_bytes + one.display_name.size() + size_of(one.media.devices);
  return result;
}

struct text_size {
  std::size_t operator()(const session_description& what) const {
    return what.sdp.size();
  }
  std::size_t operator()(const ice_candidate& what) const {
    return what.candidate.size() + size_of(what.sdp_mid);
  }
  std::size_t operator()(const signal_delivered& event) const {
    return std::visit(*this, event.what);
  }
  std::size_t operator()(const media_updated& event) const {
    return size_of(event.media.devices);
  }
  std::size_t operator()(const chat_said& event) const {
    return event.display_name.size() + event.text.size();
  }
  std::size_t operator()(const presence_changed& event) const {
    return size_of(event.joins) + size_of(event.leaves);
  }
};

struct push_name {
  std::string_view operator()(const send_signal& push) const {
    const auto* description = std::get_if<session_description>(&push.what);
    if (!description)
      return "signal:ice";
    return description->type == session_description::kind::offer ? "signal:offer"
                                                                 : "signal:answer";
  }
  std::string_view operator()(const update_media&) const { return "media:update"; }
  std::string_view operator()(const say_chat&) const { return "chat:msg"; }
  std::string_view operator()(const refused_push& push) const { return push.event; }
  std::string_view operator()(const answered_push&) const { return "answered"; }
};

} // namespace

std::string_view event_name_of(const push_body& what) {
  return std::visit(push_name{}, what);
}

std::size_t weight_of(const room_event& event) {
  return envelope_bytes + event.room.size() + std::visit(text_size{}, event.what);
}

const participant_id* speaker_of(const room_event& event) {
  struct {
    const participant_id* operator()(const signal_delivered& what) { return &what.from; }
    const participant_id* operator()(const media_updated& what) { return &what.from; }
    const participant_id* operator()(const chat_said& what) { return &what.from; }
    const participant_id* operator()(const presence_changed&) { return nullptr; }
  } visitor;
  return std::visit(visitor, event.what);
}

} // namespace greenroom
