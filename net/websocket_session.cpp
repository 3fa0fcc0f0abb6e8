#include "net/websocket_session.hpp"

#include <algorithm>

#include <boost/asio/socket_base.hpp>

#include "net/connection_pool.hpp"
#include "protocol/vocabulary/invariant.hpp"

namespace greenroom::net {

namespace websocket = boost::beast::websocket;

namespace {

/// What an idle connection keeps for its next message; most fit.
constexpr std::size_t message_room_idle = 512;
/// A longer message's memory is given back once it is read.
constexpr std::size_t message_room_kept_max = 2048;
/// A long message's room grows by this, or by what was read of it already: who
/// only announces a long message does not get us to make room for it.
constexpr std::size_t message_room_step = 4096;

/// From here on there is no waiting for the end of the turn.
constexpr std::size_t flush_at_once_bytes = 256 * 1024;

/// Above, pings of a client that does not read go unanswered.
constexpr std::size_t control_bytes_max = 4096;

constexpr std::string_view ping_frame{"\x89\x00", 2};
constexpr char pong_opcode = '\x8A';
constexpr char close_opcode = '\x88';

/// RFC 6455, section 5.5.1. Always below 126 bytes.
std::string close_frame(close_reason reason) {
  const auto code = wire_code(reason);
  const auto text = to_string(reason);
  std::string frame{close_opcode, static_cast<char>(2 + text.size()),
                    static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return frame.append(text);
}

/// @returns Whether the client has shown that nothing it says can be used.
bool breaks_rules(close_reason reason) {
  return reason == close_reason::malformed || reason == close_reason::unsupported
         || reason == close_reason::too_big;
}

} // namespace

websocket_session::websocket_session(connection_pool& pool, tcp_socket connected,
                                     std::unique_ptr<wire::dialect> dialect,
                                     std::string client_address)
  : pool_(pool),
    stream_(std::move(connected), static_cast<control_sink&>(*this)),
    dialect_(std::move(dialect)),
    inbox_(std::make_shared<inbox>(pool.io(), static_cast<inbox_reader&>(*this))),
    queue_(pool.context().options.outbox_bytes_max),
    heard_at_(pool.now()),
    pinged_at_(heard_at_),
    client_address_(std::move(client_address)) {}

void websocket_session::start(const upgrade_request& asked,
                              std::string_view subprotocol) {
  boost::system::error_code error;
  socket().non_blocking(true, error);
  if (error)
    return drop();
  stream_.set_option(
    websocket::stream_base::decorator([subprotocol](websocket::response_type& response) {
      response.set(boost::beast::http::field::server, "greenroom");
      if (!subprotocol.empty())
        response.set(boost::beast::http::field::sec_websocket_protocol, subprotocol);
    }));
  // The limit is ours to watch, as Beast's Close would give no reason.
  stream_.read_message_max(0);
  stream_.control_callback([this](websocket::frame_type, boost::beast::string_view) {
    heard_at_ = pool_.now();
  });
  stream_.accept(asked, error); // Its answer goes through `send_control`.
  if (error)
    return end(error);
  stream_.set_option(websocket::stream_base::decorator([](websocket::response_type&) {}));
  read();
}

// -- reading --------------------------------------------------------------------

void websocket_session::read() {
  if (is_reading_ || phase_ >= phase::ending || !(is_deaf_ || dialect_->wants_input()))
    return;
  make_room();
  is_reading_ = true;
  stream_.async_read_some(
    boost::asio::buffer(message_.data() + message_size_, message_.size() - message_size_),
    [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
      self->is_reading_ = false;
      if (self->phase_ < phase::ending)
        self->take(error, size);
    });
}

void websocket_session::make_room() {
  if (message_size_ == 0 && message_.size() >= message_room_idle)
    return;
  if (message_size_ == 0)
    return message_.resize(message_room_idle);
  const auto wanted = stream_.read_size_hint(message_room_idle);
  const auto allowed = std::max(message_room_step, message_size_);
  message_.resize(message_size_ + std::clamp<std::size_t>(wanted, 1, allowed));
}

void websocket_session::take(const boost::system::error_code& error, std::size_t size) {
  if (error)
    return end(error);
  heard_at_ = pool_.now();
  if (is_deaf_)
    return read();
  message_size_ += size;
  const bool is_whole = stream_.is_message_done();
  const auto still_to_come = is_whole ? 0 : stream_.read_size_hint(1);
  const auto bytes_max = pool_.context().options.message_bytes_max;
  if (stream_.got_binary())
    close(close_reason::unsupported);
  else if (message_size_ > bytes_max || still_to_come > bytes_max - message_size_)
    close(close_reason::too_big);
  else if (is_whole)
    take_message();
  read();
}

void websocket_session::take_message() {
  message_.resize(message_size_);
  message_size_ = 0;
  enter_dialect([this] { dialect_->receive(message_, heard_at_, *this); });
  if (message_.capacity() > message_room_kept_max)
    message_ = {};
}

/// The client closed, broke the protocol, or went away. In the first two cases
/// Beast has answered already, through `send_control`.
void websocket_session::end(const boost::system::error_code& error) {
  if (phase_ >= phase::ending)
    return;
  if (error.category() != make_error_code(websocket::error::closed).category())
    return drop();
  if (error != websocket::error::closed)
    report("protocol_error", error.message());
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
  links_.push_back({slot, std::move(link)});
}

void websocket_session::push(wire::slot_id slot, client_push push) {
  const auto found = find(slot);
  invariant(found != links_.end());
  found->link->push(std::move(push));
}

void websocket_session::leave(wire::slot_id slot) {
  const auto found = find(slot);
  invariant(found != links_.end());
  found->link->leave();
}

void websocket_session::release(wire::slot_id slot) {
  const auto found = find(slot);
  invariant(found != links_.end());
  const auto ended = std::move(found->link);
  links_.erase(found);
  queue_.drop(slot); // Or who resumes again and again would fill it.
}

void websocket_session::close(close_reason reason) {
  if (breaks_rules(reason)) {
    is_deaf_ = true;
    message_size_ = 0;
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

void websocket_session::hear(wire::slot_id slot, session_event event) {
  const auto self = shared_from_this();
  enter_dialect([&] { dialect_->hear(slot, std::move(event), *this); });
  read(); // Credit may have come back.
}

void websocket_session::look() {
  const auto self = shared_from_this();
  enter_dialect([] {});
  read();
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
  settle();
}

/// Sees to it that what was said gets written.
void websocket_session::settle() {
  if (is_in_dialect_ || phase_ == phase::gone)
    return;
  if (!is_blocked_ && queue_.bytes() > flush_at_once_bytes)
    flush();
  if (queue_.is_over())
    return close(close_reason::slow);
  const bool has_more = !queue_.empty() || !writer_.empty()
                        || (phase_ == phase::closing && !has_sent_close_);
  if (!has_more || is_blocked_ || phase_ == phase::gone || is_flushing_soon_)
    return;
  is_flushing_soon_ = true;
  pool_.flush_soon(shared_from_this());
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
  const auto self = shared_from_this();
  for (fill_writer(); !writer_.empty(); fill_writer()) {
    const auto outcome = writer_.write(socket());
    if (outcome == frame_writer::outcome::failed)
      return drop();
    if (outcome == frame_writer::outcome::blocked)
      return await_room();
  }
  if (phase_ != phase::ending)
    return;
  phase_ = phase::gone;
  pool_.linger(std::move(socket()));
  pool_.remove(*this);
}

void websocket_session::fill_writer() {
  while (writer_.has_room()) {
    auto next = queue_.pop();
    if (!next)
      break;
    auto frame = next->event ? dialect_->encode(next->slot, *next->event)
                             : std::move(next->frame);
    if (frame)
      writer_.add_text(std::move(frame));
  }
  if (phase_ == phase::closing && queue_.empty() && !has_sent_close_) {
    has_sent_close_ = true;
    writer_.add_raw(close_frame(reason_));
  }
}

void websocket_session::await_room() {
  is_blocked_ = true;
  queue_.congest();
  socket().async_wait(tcp_socket::wait_write,
                      [self = shared_from_this()](boost::system::error_code) {
                        self->is_blocked_ = false;
                        self->flush();
                      });
}

// -- deadlines --------------------------------------------------------------------

void websocket_session::sweep(instant now) {
  if (phase_ != phase::open && now >= deadline_)
    return drop();
  if (phase_ == phase::open)
    watch(now);
  if (phase_ >= phase::ending)
    return;
  if (quota_.owes_count(now))
    report_left_out();
  enter_dialect([&] { dialect_->tick(now, *this); });
  read();
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
  deadline_ = pool_.now() + pool_.context().options.close_timeout_ms;
  inbox_->close();
  queue_.clear();
  const auto lost = std::exchange(links_, {});
}

void websocket_session::abandon() {
  finish();
  phase_ = phase::gone;
  boost::system::error_code ignored;
  // What a slow reader has not read by now is not kept for it by the kernel.
  if (!writer_.empty())
    socket().set_option(boost::asio::socket_base::linger{true, 0}, ignored);
  socket().close(ignored);
}

void websocket_session::drop() {
  if (phase_ == phase::gone)
    return;
  const auto self = shared_from_this();
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
