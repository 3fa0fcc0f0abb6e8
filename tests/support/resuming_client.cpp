#include "tests/support/resuming_client.hpp"

#include <algorithm>
#include <utility>

namespace greenroom::test {

namespace {

/// Enough to keep some half-open connections around at any time.
constexpr std::size_t abandoned_count_max = 5;

} // namespace

void resuming_client::enter() {
  open();
  for (const auto until = soon(); !is_in_; go_on())
    if (!now_->socket.socket().wait(true, false, until))
      throw timed_out("the first join");
}

void resuming_client::open() {
  is_in_ = false;
  now_.emplace(port_);
  ask_to_join();
}

void resuming_client::ask_to_join() {
  is_in_ = false;
  now_->ask_to_join(room_, object({{"display_name", quoted(name_)},
                                   {"resume", quoted(token_)},
                                   {"last_seq", std::to_string(last_seq_)}}));
}

void resuming_client::push(const std::string& event, const std::string& payload) {
  outgoing_.push_back({event, payload});
}

void resuming_client::go_on(std::size_t frame_count_max) {
  for (const auto& frame : now_->catch_up())
    if (frame_count_max > 0) {
      --frame_count_max;
      read(frame);
    }
  for (; is_in_ && sent_ < outgoing_.size(); ++sent_)
    now_->push(outgoing_[sent_].event, outgoing_[sent_].payload);
}

void resuming_client::read(const heard_frame& frame) {
  const bool is_current = !frame.join_ref || *frame.join_ref == now_->join_ref;
  if (!is_current)
    return;
  if (frame.event == "phx_reply" && frame.ref == now_->join_ref)
    read_reply(frame);
  else if (frame.event == "phx_close")
    ask_to_join(); // A join of an earlier connection came late; the latest wins.
  else if (frame.payload.dump("/response/error") == quoted("not_in_room"))
    return; // That push crossed the close; it is not among those received.
  else if (frame.payload.has("/seq"))
    read_event(frame);
  else
    expect(frame.event == "presence_state" || frame.event == "presence_diff"
             || (frame.event == "phx_reply" && frame.payload.text("/status") == "ok"),
           "an event without number", frame);
}

void resuming_client::read_reply(const heard_frame& frame) {
  const auto& reply = frame.payload;
  if (reply.text("/status") != "ok")
    return expect(false, "not let in", frame);
  const bool is_first = token_.empty();
  const bool resumed = reply.truth("/response/resumed");
  const auto id = reply.text("/response/self_id");
  expect(resumed != is_first, "resumed or not", frame);
  expect(reply.text("/response/replay") == "complete", "the replay is not complete",
         frame);
  expect(is_first || id == self_id_, "another id", frame);
  self_id_ = id;
  token_ = reply.text("/response/resume_token");
  if (is_first) // Later, what was missed is still to come.
    last_seq_ = reply.number("/response/seq");
  sent_ = static_cast<std::size_t>(reply.number("/response/received"));
  expect(sent_ <= outgoing_.size(), "more received than was sent", frame);
  resumed_count += resumed;
  is_in_ = true;
}

void resuming_client::read_event(const heard_frame& frame) {
  const auto seq = frame.payload.number("/seq");
  expect(seq > last_seq_, "an old number", frame);
  last_seq_ = seq;
  const char* const field = frame.event == "chat:msg"     ? "/text"
                            : frame.event == "signal:ice" ? "/candidate"
                                                          : "/sdp";
  heard[{frame.payload.text("/from_id"), frame.event}].push_back(
    frame.payload.text(field));
}

void resuming_client::expect(bool holds, const std::string& what,
                             const heard_frame& frame) {
  if (!holds)
    faults.push_back(name_ + ": " + what + ": " + frame.event + " "
                     + frame.payload.dump());
}

void resuming_client::cut_off(cut how, std::mt19937_64& random) {
  go_on(random() % 8); // What it does not read now is lost.
  if (how == cut::torn && is_in_) {
    const auto whole = encode_frame(opcode::text, "[" + quoted(now_->join_ref)
                                                    + R"(,"7",)" + quoted(now_->topic)
                                                    + R"(,"chat:msg",{"text":"torn"}])");
    now_->socket.socket().try_send(
      std::string_view{whole}.substr(0, 1 + random() % (whole.size() - 1)));
  }
  give_up(how);
  open();
  if (how == cut::hasty) {
    give_up(static_cast<cut>(random() % cut_count));
    open();
  }
}

/// Ends the connection itself, whatever was made of it before.
void resuming_client::give_up(cut how) {
  if (how == cut::abandoned)
    abandoned_.push_back(std::move(*now_));
  else if (how == cut::finished)
    now_->socket.socket().close();
  else
    now_->socket.socket().abort();
  if (abandoned_.size() > abandoned_count_max)
    abandoned_.erase(abandoned_.begin());
}

} // namespace greenroom::test
