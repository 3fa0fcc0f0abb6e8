#include "tools/greenroom-load/connections.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/greenroom-load/clock.hpp"

namespace greenroom::load {

namespace {

constexpr std::size_t read_bytes = 256 * 1024;
/// An outbox that has grown beyond this is given back once it is empty.
constexpr std::size_t kept_bytes_max = 16 * 1024;
/// Few, so that the server has something to do while the load reads its answers.
constexpr std::size_t turn_events_max = 64;

constexpr std::uint64_t number_mask = 0xFFFF'FFFF;

std::uint64_t tag_of(std::size_t number, std::uint32_t life) {
  return std::uint64_t{life} << 32 | number;
}

std::string reason_of(int error) {
  return std::strerror(error);
}

/// Names the server, as there may be several, of which one was stopped.
std::string close_reason(const url& where, std::string_view payload) {
  if (payload.size() < 2)
    return where.text + " closed a connection without a code";
  const auto code = static_cast<unsigned char>(payload[0]) << 8
                    | static_cast<unsigned char>(payload[1]);
  return where.text + " closed a connection with code " + std::to_string(code);
}

} // namespace

connections::connections(std::size_t count, const dialect& how,
                         connection_listener& listener)
  : how_(how),
    listener_(listener),
    epoll_(::epoll_create1(EPOLL_CLOEXEC)),
    links_(count),
    buffer_(read_bytes) {}

connections::~connections() {
  for (const auto& each : links_)
    if (each.fd >= 0)
      ::close(each.fd);
  ::close(epoll_);
}

void connections::open(std::size_t number, const url& where) {
  auto& target = links_[number];
  target.where = &where;
  target.fd = ::socket(where.address.ss_family,
                       SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (target.fd < 0)
    throw std::runtime_error("no more connections: " + reason_of(errno));
  const int on = 1;
  ::setsockopt(target.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  target.state = stage::connecting;
  const auto* address = reinterpret_cast<const sockaddr*>(&where.address);
  if (::connect(target.fd, address, where.address_size) != 0 && errno != EINPROGRESS) {
    end(number, "cannot connect to " + where.text + ": " + reason_of(errno));
    return;
  }
  target.waits_for_room = true;
  epoll_event entry{EPOLLIN | EPOLLOUT, {.u64 = tag_of(number, target.life)}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, target.fd, &entry);
}

std::string& connections::out(std::size_t number) {
  auto& target = links_[number];
  if (!std::exchange(target.is_queued, true))
    queued_.push_back(number);
  return target.unsent;
}

void connections::drop(std::size_t number) {
  close(number, true);
}

void connections::finish(std::size_t number) {
  if (is_open(number)) {
    append_frame(out(number), opcode::close, "\x03\xE8"); // 1000: done.
    flush(number);
  }
  close(number, false);
}

void connections::turn(std::int64_t patience_ns) {
  // A frame that is booked while others are sent waits for the next turn.
  for (const auto number : std::exchange(queued_, {})) {
    links_[number].is_queued = false;
    flush(number);
  }
  std::array<epoll_event, turn_events_max> entries;
  const timespec patience{patience_ns / ns_per_second, patience_ns % ns_per_second};
  const int count = ::epoll_pwait2(epoll_, entries.data(), turn_events_max, &patience,
                                   nullptr);
  for (int at = 0; at < count; ++at) {
    const auto& entry = entries[static_cast<std::size_t>(at)];
    const auto number = static_cast<std::size_t>(entry.data.u64 & number_mask);
    if (entry.data.u64 != tag_of(number, links_[number].life))
      continue; // What another one has done meanwhile closed it.
    if (links_[number].state == stage::connecting)
      begin_upgrade(number);
    else if (entry.events & EPOLLOUT)
      flush(number);
    if ((entry.events & ~EPOLLOUT) && links_[number].fd >= 0)
      read(number);
  }
}

void connections::begin_upgrade(std::size_t number) {
  auto& target = links_[number];
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(target.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0)
    return end(number,
               "cannot connect to " + target.where->text + ": " + reason_of(error));
  target.state = stage::upgrading;
  const auto& path = target.where->path;
  target.unsent = upgrade_request(target.where->host, path.empty() ? how_.path : path);
  flush(number);
}

void connections::flush(std::size_t number) {
  auto& target = links_[number];
  if (target.state <= stage::connecting)
    return;
  const auto left = std::string_view{target.unsent}.substr(target.sent);
  if (!left.empty()) {
    const auto sent = ::send(target.fd, left.data(), left.size(), MSG_NOSIGNAL);
    // What else went wrong, reading will tell.
    target.sent += sent > 0 ? static_cast<std::size_t>(sent) : 0;
  }
  const bool is_done = target.sent == target.unsent.size();
  if (is_done) {
    target.sent = 0;
    target.unsent.clear();
    if (target.unsent.capacity() > kept_bytes_max)
      target.unsent.shrink_to_fit();
  }
  if (is_done == target.waits_for_room)
    watch(number, !is_done);
}

void connections::watch(std::size_t number, bool for_room) {
  auto& target = links_[number];
  target.waits_for_room = for_room;
  const std::uint32_t events = for_room ? EPOLLIN | EPOLLOUT : EPOLLIN;
  epoll_event entry{events, {.u64 = tag_of(number, target.life)}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, target.fd, &entry);
}

void connections::read(std::size_t number) {
  auto& source = links_[number];
  const auto kept = source.partial.size();
  if (kept + read_bytes > buffer_.size())
    buffer_.resize(kept + read_bytes);
  std::memcpy(buffer_.data(), source.partial.data(), kept);
  const auto count = ::recv(source.fd, buffer_.data() + kept, buffer_.size() - kept, 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (count < 0)
    return end(number, source.where->text + ": a connection broke: " + reason_of(errno));
  if (count == 0)
    return end(number, source.where->text + " ended a connection");
  source.partial = take(number, {buffer_.data(), kept + static_cast<std::size_t>(count)});
}

std::string_view connections::take(std::size_t number, std::string_view bytes) {
  auto& source = links_[number];
  const auto life = source.life;
  if (source.state == stage::upgrading)
    bytes = take_upgrade(number, bytes);
  // A connection that was closed meanwhile says nothing more, nor does the one
  // that took its number.
  while (source.life == life && source.state >= stage::greeting) {
    const auto next = take_frame(bytes);
    if (!next)
      return bytes;
    if (next->kind == opcode::text && next->is_final)
      take_text(number, next->payload);
    else
      take_control(number, *next);
  }
  return source.life == life ? bytes : std::string_view{};
}

std::string_view connections::take_upgrade(std::size_t number, std::string_view bytes) {
  const auto end_of_head = bytes.find("\r\n\r\n");
  if (end_of_head == bytes.npos)
    return bytes;
  if (!bytes.starts_with("HTTP/1.1 101 ")) {
    const std::string status{bytes.substr(0, bytes.find('\r'))};
    end(number, links_[number].where->text + " does not upgrade: " + status);
    return {};
  }
  if (how_.has_engine) {
    links_[number].state = stage::greeting;
  } else {
    links_[number].state = stage::open;
    listener_.on_open(number);
  }
  return bytes.substr(end_of_head + 4);
}

void connections::take_control(std::size_t number, const frame& what) {
  switch (what.kind) {
    case opcode::ping: append_frame(out(number), opcode::pong, what.payload); return;
    case opcode::pong: return;
    case opcode::close:
      return end(number, close_reason(*links_[number].where, what.payload));
    default: return end(number, "the server sent a binary message, or one in pieces");
  }
}

void connections::take_text(std::size_t number, std::string_view text) {
  if (!how_.has_engine)
    listener_.on_text(number, text);
  else if (text.starts_with(how_.prefix) && text.ends_with(how_.suffix))
    listener_.on_text(number,
                      text.substr(how_.prefix.size(),
                                  text.size() - how_.prefix.size() - how_.suffix.size()));
  else
    take_engine_text(number, text);
}

void connections::take_engine_text(std::size_t number, std::string_view text) {
  if (text.starts_with("40")) { // Socket.IO is connected.
    links_[number].state = stage::open;
    listener_.on_open(number);
  } else if (text.starts_with('0')) { // Engine.IO is open.
    append_frame(out(number), opcode::text, "40");
  } else if (text == "2") { // A ping.
    append_frame(out(number), opcode::text, "3");
  } else {
    end(number, "not a message of Socket.IO: " + std::string{text.substr(0, 80)});
  }
}

void connections::close(std::size_t number, bool abruptly) {
  auto& target = links_[number];
  if (target.fd < 0)
    return;
  if (abruptly) {
    const linger at_once{1, 0};
    ::setsockopt(target.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  ::close(std::exchange(target.fd, -1));
  ++target.life;
  target.state = stage::closed;
  target.waits_for_room = false;
  target.sent = 0;
  target.unsent = {};
  target.partial = {};
}

void connections::end(std::size_t number, const std::string& why) {
  close(number, false);
  listener_.on_end(number, why);
}

} // namespace greenroom::load
