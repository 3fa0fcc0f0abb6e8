#include "net/websocket_session.hpp"

#include <algorithm>
#include <utility>

#include "net/connection_pool.hpp"
#include "protocol/vocabulary/invariant.hpp"

namespace greenroom::net {

namespace {

/// From here on there is no waiting for the end of the turn.
constexpr std::size_t flush_at_once_bytes = 256 * 1024;

/// Above, pings of a client that does not read go unanswered.
constexpr std::size_t control_bytes_max = 4096;

constexpr std::string_view ping_frame{"\x89\x00", 2};
constexpr char pong_opcode = '\x8A';
constexpr char close_opcode = '\x88';

/// RFC 6455, section 5.5.1. Always below 126 bytes.
std::string close_frame(std::uint16_t code, std::string_view text = {}) {
  std::string frame{close_opcode, static_cast<char>(2 + text.size()),
                    static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return frame.append(text);
}

std::string pong_frame(std::string_view payload) {
  std::string frame{pong_opcode, static_cast<char>(payload.size())};
  return frame.append(payload);
}

/// @returns Whether the client has shown that nothing it says can be used.
bool breaks_rules(close_reason reason) {
  return reason == close_reason::malformed || reason == close_reason::unsupported
         || reason == close_reason::too_big;
}

} // namespace

websocket_session::websocket_session(connection_pool& pool,
                                     std::unique_ptr<wire::dialect> dialect,
                                     std::string client_address)
  : pool_(pool),
    socket_(pool.watcher()),
    reader_(pool.context().options.message_bytes_max),
    dialect_(std::move(dialect)),
    inbox_(std::make_shared<inbox>(pool.watcher(), static_cast<inbox_reader&>(*this))),
    queue_(pool.context().options.outbox_bytes_max),
    heard_at_(pool.now()),
    pinged_at_(heard_at_),
    client_address_(std::move(client_address)) {}

void websocket_session::start(tcp_socket connected, const upgrade_request& asked,
                              std::string_view subprotocol) {
  if (!socket_.open(std::move(connected), *this))
    return drop();
  const auto answer = answer_upgrade(pool_.io(), asked, subprotocol);
  writer_.add_raw(answer.bytes);
  if (answer.error) {
    report("protocol_error", answer.error.message());
    finish();
    return flush();
  }
  settle();
}

// -- reading --------------------------------------------------------------------

void websocket_session::on_readable(bool is_end) {
  is_readable_ = true;
  is_ending_ |= is_end;
  read();
  if (!is_need_known_)
    note_needed();
}

void websocket_session::note_needed() {
  needed = {};
  needed.add(this, sizeof *this);
  if (links_.empty())
    return;
  const auto& most_likely = links_.front();
  needed.add(inbox_.get(), sizeof *inbox_);
  needed.add(&most_likely, sizeof most_likely);
  dialect_->list_needed(most_likely.slot, needed);
  is_need_known_ = most_likely.link->list_needed(needed);
}

void websocket_session::list_needed(wire::slot_id slot, prefetch_list& places) const {
  places.add(this, sizeof *this);
  dialect_->list_needed(slot, places);
}

bool websocket_session::may_read() const {
  return phase_ < phase::ending && !last_ && (is_deaf_ || dialect_->wants_input());
}

/// Once at a time, so that nobody who sends without end keeps the others waiting.
void websocket_session::read() {
  if (!is_readable_ && unread_.empty() && !last_)
    return;
  if (last_)
    return end(*last_);
  if (!unread_.empty() && may_read()) {
    auto kept = std::exchange(unread_, {});
    take(kept);
  }
  if (!is_readable_ || !may_read())
    return;
  const auto room = pool_.read_buffer();
  const auto [how, size] = socket_.read(room);
  if (how == polled_socket::outcome::gone)
    return drop();
  if (how == polled_socket::outcome::ended)
    return end({});
  // What falls short of the room was all that there was.
  is_readable_ = how == polled_socket::outcome::done
                 && (size == room.size() || is_ending_);
  if (is_readable_)
    read_soon();
  if (size == 0)
    return;
  heard_at_ = pool_.now();
  take(room.first(size));
}

void websocket_session::read_soon() {
  if (std::exchange(is_reading_soon_, true))
    return;
  pool_.watcher().post([self = shared_from_this()] {
    self->is_reading_soon_ = false;
    self->read();
  });
}

void websocket_session::take(std::span<char> bytes) {
  is_taking_ = true;
  take_messages(bytes);
  is_taking_ = false;
  hand_over();
}

void websocket_session::take_messages(std::span<char> bytes) {
  auto& message = pool_.message();
  while (may_read()) {
    const auto found = reader_.next(bytes, message);
    if (found.what == frame_reader::kind::nothing)
      return;
    if (!take(found, message))
      return;
  }
  if (phase_ < phase::ending)
    unread_.assign(bytes.data(), bytes.size());
}

bool websocket_session::take(const frame_reader::item& found, std::string& message) {
  using kind = frame_reader::kind;
  switch (found.what) {
    case kind::message:
      if (!is_deaf_)
        enter_dialect([&] { dialect_->receive(message, heard_at_, *this); });
      break;
    case kind::binary: close(close_reason::unsupported); break;
    case kind::too_big: close(close_reason::too_big); break;
    case kind::ping: send_control(pong_frame(found.content)); break;
    case kind::pong:
    case kind::nothing: break;
    case kind::close:
    case kind::broken: end(found); return false;
  }
  return true;
}

/// What the client said before it closed, ended or broke the rules reaches its rooms
/// first: it may have said more than it had credit for.
void websocket_session::end(const frame_reader::item& last) {
  if (phase_ >= phase::ending)
    return;
  last_ = {last.what, {}, last.code, last.why};
  if (!dialect_->has_parked())
    end_by(*last_);
}

void websocket_session::end_by(const frame_reader::item& last) {
  if (last.what == frame_reader::kind::nothing)
    return drop();
  const bool is_broken = last.what == frame_reader::kind::broken;
  send_control(close_frame(is_broken ? wire_code(last.why) : last.code));
  if (phase_ == phase::gone)
    return;
  if (is_broken)
    report("protocol_error", to_string(last.why));
  finish();
  flush();
}

// -- what the dialect asks for -----------------------------------------------------

void websocket_session::send(shared_frame frame) {
  if (phase_ == phase::open)
    queue_.push(std::move(frame));
}

void websocket_session::relay(wire::slot_id slot, shared_event event, bool is_replay) {
  if (phase_ == phase::open)
    queue_.push(slot, std::move(event), is_replay);
}

void websocket_session::open(wire::slot_id slot, join_request request) {
  auto link = pool_.context().sessions->open(
    std::move(request), std::make_shared<slot_outbox>(inbox_, slot), client_address_);
  invariant(link != nullptr && find(slot) == links_.end());
  links_.push_back({slot, std::move(link), {}});
  is_need_known_ = false;
}

void websocket_session::push(wire::slot_id slot, client_push&& push) {
  const auto found = find(slot);
  invariant(found != links_.end());
  found->said.push_back(std::move(push));
  if (found->said.size() >= limits::pushes_at_once_max)
    hand_over(*found);
}

void websocket_session::leave(wire::slot_id slot) {
  const auto found = find(slot);
  invariant(found != links_.end());
  hand_over(*found);
  found->link->leave();
}

void websocket_session::release(wire::slot_id slot) {
  const auto found = find(slot);
  invariant(found != links_.end());
  hand_over(*found);
  const auto ended = std::move(found->link);
  links_.erase(found);
  is_need_known_ = false;
  queue_.drop(slot); // Or who resumes again and again would fill it.
}

void websocket_session::close(close_reason reason) {
  if (breaks_rules(reason)) {
    is_deaf_ = true;
    reader_.ignore_messages();
  }
  if (phase_ != phase::open)
    return;
  begin_closing();
  reason_ = reason;
  if (reason == close_reason::slow)
    queue_.clear();
  report("closing", to_string(reason));
  settle();
}

void websocket_session::begin_closing() {
  if (phase_ != phase::open)
    return;
  phase_ = phase::closing;
  deadline_ = pool_.now() + pool_.context().options.close_timeout_ms;
}

std::vector<websocket_session::slot_link>::iterator
websocket_session::find(wire::slot_id slot) {
  return std::ranges::find(links_, slot, &slot_link::slot);
}

// -- what sessions say ------------------------------------------------------------

void websocket_session::hear(wire::slot_id slot, session_event&& event) {
  enter_dialect([&] { dialect_->hear(slot, std::move(event), *this); });
  read(); // Credit may have come back.
}

void websocket_session::look() {
  enter_dialect([] {});
  read();
}

void websocket_session::hand_over(slot_link& link) {
  if (!link.said.empty())
    link.link->push(std::exchange(link.said, {}));
}

void websocket_session::hand_over() {
  for (auto& each : links_)
    hand_over(each);
}

/// The dialect is not re-entered: what sessions say meanwhile waits its turn.
template <class Action>
void websocket_session::enter_dialect(Action action) {
  is_in_dialect_ = true;
  action();
  for (auto words = inbox_->take(); !words.empty(); words = inbox_->take())
    for (auto& [slot, event] : words)
      dialect_->hear(slot, std::move(event), *this);
  is_in_dialect_ = false;
  if (!is_taking_)
    hand_over();
  settle();
}

/// Sees to it that what was said gets written.
void websocket_session::settle() {
  if (is_in_dialect_ || phase_ == phase::gone)
    return;
  see_to_deadlines();
  if (!is_blocked_ && queue_.bytes() > flush_at_once_bytes)
    flush();
  if (queue_.is_over())
    return close(close_reason::slow);
  const bool has_more = !queue_.empty() || !writer_.empty()
                        || (phase_ == phase::closing && !has_sent_close_);
  if (!has_more || is_blocked_ || phase_ == phase::gone || is_flushing_soon_)
    return;
  is_flushing_soon_ = true;
  pool_.flush_soon(*this);
}

// -- writing ----------------------------------------------------------------------

void websocket_session::send_control(std::string_view bytes) {
  const bool is_unread_pong = bytes.front() == pong_opcode
                              && writer_.raw_bytes() > control_bytes_max;
  if (has_sent_close_ || is_unread_pong)
    return;
  writer_.add_raw(bytes);
  if (bytes.front() == close_opcode) { // Nothing may follow it.
    has_sent_close_ = true;
    queue_.clear();
    begin_closing();
  }
  settle();
}

void websocket_session::flush() {
  is_flushing_soon_ = false;
  if (is_blocked_ || phase_ == phase::gone)
    return;
  auto& batch = pool_.batch();
  auto outcome = writer_.write_unsent(socket_);
  while (outcome == polled_socket::outcome::done && fill(batch))
    outcome = writer_.write(socket_, batch.bytes());
  if (outcome == polled_socket::outcome::blocked) {
    is_blocked_ = true;
    return queue_.congest();
  }
  if (outcome != polled_socket::outcome::done)
    return drop();
  if (phase_ != phase::ending)
    return;
  phase_ = phase::gone;
  pool_.linger(socket_.release(pool_.io()));
  pool_.remove(*this);
}

void websocket_session::on_writable() {
  if (std::exchange(is_blocked_, false))
    flush();
}

/// Puts what waits in the place of what `batch` had.
/// @returns Whether anything does.
bool websocket_session::fill(frame_batch& batch) {
  batch.clear();
  while (batch.has_room()) {
    const auto next = queue_.pop();
    if (!next)
      break;
    if (next->frame)
      batch.add_text(*next->frame);
    else if (dialect_->encode(next->slot, *next->event, batch.begin()))
      batch.end();
    else
      batch.cancel();
  }
  if (phase_ == phase::closing && queue_.empty() && !has_sent_close_) {
    has_sent_close_ = true;
    batch.add_raw(close_frame(wire_code(reason_), to_string(reason_)));
  }
  return !batch.empty();
}

// -- deadlines --------------------------------------------------------------------

instant websocket_session::sweep(instant now) {
  constexpr instant at_once = 0;
  if (phase_ != phase::open && now >= deadline_) {
    drop();
    return at_once;
  }
  if (phase_ == phase::open)
    watch(now);
  if (phase_ >= phase::ending)
    return at_once;
  if (quota_.owes_count(now))
    report_left_out();
  enter_dialect([&] { dialect_->tick(now, *this); });
  read();
  is_swept_each_second_ = has_deadlines();
  return is_swept_each_second_ ? at_once
                               : heard_at_ + pool_.context().options.ping_interval_ms;
}

/// @returns Whether there are any but that of silence.
bool websocket_session::has_deadlines() const {
  return phase_ != phase::open || quota_.has_left_out() || dialect_->has_deadlines();
}

void websocket_session::see_to_deadlines() {
  if (is_swept_each_second_ || !has_deadlines())
    return;
  is_swept_each_second_ = true;
  pool_.look_soon(*this);
}

void websocket_session::watch(instant now) {
  const auto& options = pool_.context().options;
  const auto quiet_ms = now - heard_at_;
  if (quiet_ms >= options.idle_timeout_ms)
    return close(close_reason::idle);
  if (quiet_ms < options.ping_interval_ms || now - pinged_at_ < options.ping_interval_ms)
    return;
  pinged_at_ = now;
  send_control(ping_frame);
}

// -- the end ----------------------------------------------------------------------

/// Nobody listens any more: neither we to the client, nor it to the sessions.
void websocket_session::finish() {
  report_left_out();
  phase_ = phase::ending;
  see_to_deadlines();
  deadline_ = pool_.now() + pool_.context().options.close_timeout_ms;
  inbox_->close();
  queue_.clear();
  hand_over();
  const auto lost = std::exchange(links_, {});
}

void websocket_session::abandon() {
  finish();
  phase_ = phase::gone;
  // What a slow reader has not read by now is not kept for it by the kernel.
  if (!writer_.empty())
    socket_.forget_unsent();
  socket_.close();
}

void websocket_session::drop() {
  if (phase_ == phase::gone)
    return;
  abandon();
  pool_.remove(*this);
}

// -- the log ----------------------------------------------------------------------

void websocket_session::note(journal_entry refused) {
  const auto& world = pool_.context().world;
  if (!world.journal->wants(refused.level))
    return;
  const auto now = pool_.now();
  if (quota_.owes_count(now))
    report_left_out();
  if (quota_.admit(now))
    write_line(refused);
}

void websocket_session::report_left_out() {
  if (const auto count = quota_.take_left_out(); count > 0)
    report("refusals_left_out", std::to_string(count) + " lines");
}

void websocket_session::report(std::string_view event, std::string_view detail) const {
  journal_entry line{.event = event, .detail = detail};
  dialect_->identify(line);
  write_line(line);
}

void websocket_session::write_line(journal_entry line) const {
  line.address = client_address_;
  greenroom::note(pool_.context().world, line);
}

} // namespace greenroom::net
