#include "tests/support/phoenix_client.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace greenroom::test {

namespace {

std::optional<std::string> ref_of(const rapidjson::Value& value) {
  if (value.IsNull())
    return std::nullopt;
  if (!value.IsString()) // We never use another kind, and it has to be echoed.
    throw std::runtime_error("a ref that is no string");
  return std::string{value.GetString(), value.GetStringLength()};
}

heard_frame read(const std::string& text) {
  const json whole{text};
  const auto& frame = whole.document();
  if (!frame.IsArray() || frame.Size() != 5 || !frame[2].IsString()
      || !frame[3].IsString() || !frame[4].IsObject())
    throw std::runtime_error("not a V2 frame: " + text.substr(0, 200));
  return {ref_of(frame[0]), ref_of(frame[1]), frame[2].GetString(), frame[3].GetString(),
          json{frame[4]}};
}

} // namespace

// -- saying ---------------------------------------------------------------------

std::string phoenix_client::ask_to_join(const std::string& room,
                                        const std::string& params) {
  topic = "room:" + room;
  join_ref = new_ref();
  const auto ref = quoted(join_ref);
  send(ref, ref, topic, "phx_join", params);
  return join_ref;
}

json phoenix_client::join(const std::string& room, const std::string& name) {
  return join_with(room, object({{"display_name", quoted(name)}}));
}

json phoenix_client::join_with(const std::string& room, const std::string& params) {
  const auto reply = expect_reply(ask_to_join(room, params));
  if (reply.text("/status") != "ok")
    throw std::runtime_error("not let in: " + reply.dump());
  json response{reply.document()["response"]};
  self_id = response.text("/self_id");
  return response;
}

std::string phoenix_client::push(std::string_view event, const std::string& payload) {
  auto ref = new_ref();
  send(quoted(join_ref), quoted(ref), topic, event, payload);
  return ref;
}

void phoenix_client::push_silently(std::string_view event, const std::string& payload) {
  send(quoted(join_ref), "null", topic, event, payload);
}

json phoenix_client::ask(std::string_view event, const std::string& payload) {
  return expect_reply(push(event, payload));
}

void phoenix_client::say(const std::string& text) {
  push("chat:msg", object({{"text", quoted(text)}}));
}

void phoenix_client::offer(const std::string& to_id, const std::string& sdp) {
  push("signal:offer", object({{"to_id", quoted(to_id)}, {"sdp", quoted(sdp)}}));
}

void phoenix_client::leave() {
  expect_reply(push("phx_leave", "{}"));
  expect("phx_close");
}

bool phoenix_client::beats() {
  const auto ref = new_ref();
  send("null", quoted(ref), "phoenix", "heartbeat", "{}");
  return expect_reply(ref).text("/status") == "ok";
}

void phoenix_client::send(const std::string& join_ref_json, const std::string& ref_json,
                          std::string_view to, std::string_view event,
                          const std::string& payload) {
  socket.send_text("[" + join_ref_json + "," + ref_json + "," + quoted(to) + ","
                   + quoted(event) + "," + payload + "]");
}

// -- hearing --------------------------------------------------------------------

heard_frame phoenix_client::expect(const condition& matches, const std::string& what,
                                   deadline until) {
  for (std::size_t at = 0;; ++at) {
    if (at == heard_.size()) {
      try {
        auto message = socket.receive(until);
        if (!message)
          throw connection_lost("while waiting for " + what);
        heard_.push_back(read(*message));
      } catch (const timed_out&) {
        throw timed_out(what);
      }
    }
    if (!matches(heard_[at]))
      continue;
    auto found = std::move(heard_[at]);
    heard_.erase(heard_.begin() + static_cast<std::ptrdiff_t>(at));
    return found;
  }
}

heard_frame phoenix_client::expect(const std::string& event, deadline until) {
  return expect([&](const heard_frame& frame) { return frame.event == event; }, event,
                until);
}

json phoenix_client::expect_reply(const std::string& ref, deadline until) {
  const auto answers = [&](const heard_frame& frame) {
    return frame.event == "phx_reply" && frame.ref == ref;
  };
  return expect(answers, "the reply to " + ref, until).payload;
}

void phoenix_client::expect_leave_of(const std::string& who, deadline until) {
  const auto tells = [&](const heard_frame& frame) {
    return frame.event == "presence_diff" && frame.payload.has(("/leaves/" + who).c_str())
           && !frame.payload.has(("/joins/" + who).c_str());
  };
  expect(tells, "the leave of " + who, until);
}

std::deque<heard_frame> phoenix_client::catch_up() {
  while (auto message = socket.try_receive())
    heard_.push_back(read(*message));
  return std::exchange(heard_, {});
}

} // namespace greenroom::test
