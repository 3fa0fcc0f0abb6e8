#include "tests/bench/load_client.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <sys/epoll.h>
#include <unistd.h>

#include "tests/support/websocket_client.hpp"

namespace greenroom::bench {

using test::opcode;
using test::tcp_client;

namespace {

constexpr std::size_t read_bytes = 16 * 1024;

void await_upgrade(tcp_client& socket) {
  socket.send(test::upgrade_request());
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    std::array<char, 1024> buffer;
    std::size_t received = 0;
    // The server does not speak before it is spoken to, so nothing follows.
    const auto what = socket.try_receive(buffer.data(), buffer.size(), received);
    head.append(buffer.data(), received);
    if (what == tcp_client::arrival::end
        || (what == tcp_client::arrival::nothing
            && !socket.wait(true, false, test::soon())))
      throw std::runtime_error("no upgrade: " + head);
  }
  if (!head.starts_with("HTTP/1.1 101 "))
    throw std::runtime_error("no upgrade: " + head);
}

} // namespace

load_client::load_client() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

load_client::~load_client() {
  ::close(epoll_);
}

std::size_t load_client::connect(std::uint16_t port) {
  const auto number = connections_.size();
  connections_.push_back(std::make_unique<connection>(
    connection{.socket = tcp_client{port}, .parser = {}, .unsent = {}}));
  auto& socket = connections_.back()->socket;
  await_upgrade(socket);
  epoll_event entry{EPOLLIN, {.u64 = number}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket.handle(), &entry);
  return number;
}

void load_client::send(std::size_t number, std::string_view text) {
  auto& target = *connections_[number];
  test::append_frame(target.unsent, opcode::text, text);
  if (!std::exchange(target.is_queued, true))
    queued_.push_back(number);
}

void load_client::turn(int milliseconds_max, const listener& hear) {
  for (const auto number : std::exchange(queued_, {})) {
    connections_[number]->is_queued = false;
    flush(number);
  }
  std::array<epoll_event, 256> entries;
  const int count = ::epoll_wait(epoll_, entries.data(), static_cast<int>(entries.size()),
                                 milliseconds_max);
  for (int at = 0; at < count; ++at) {
    const auto& entry = entries[static_cast<std::size_t>(at)];
    const auto number = static_cast<std::size_t>(entry.data.u64);
    if (entry.events & EPOLLOUT)
      flush(number);
    if (entry.events & ~EPOLLOUT)
      read(number, hear);
  }
}

void load_client::flush(std::size_t number) {
  auto& target = *connections_[number];
  target.sent += target.socket.try_send(
    std::string_view{target.unsent}.substr(target.sent));
  const bool is_done = target.sent == target.unsent.size();
  if (is_done) {
    target.unsent.clear();
    target.sent = 0;
  }
  if (is_done == target.waits_for_room)
    watch(number, !is_done);
}

void load_client::watch(std::size_t number, bool for_room) {
  auto& target = *connections_[number];
  target.waits_for_room = for_room;
  const std::uint32_t events = for_room ? EPOLLIN | EPOLLOUT : EPOLLIN;
  epoll_event entry{events, {.u64 = number}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, target.socket.handle(), &entry);
}

void load_client::read(std::size_t number, const listener& hear) {
  auto& source = *connections_[number];
  std::size_t received = 0;
  const auto what = source.socket.try_receive(source.parser.prepare(read_bytes),
                                              read_bytes, received);
  source.parser.commit(received);
  while (const auto frame = source.parser.next()) {
    if (frame->kind == opcode::ping)
      source.socket.try_send(test::encode_frame(opcode::pong, frame->payload));
    else if (frame->kind == opcode::text && frame->is_final)
      hear(number, frame->payload);
    else
      throw std::runtime_error(
        "the server closed a connection, or cut a message in pieces");
  }
  if (what == tcp_client::arrival::end)
    throw std::runtime_error("the server ended a connection");
}

} // namespace greenroom::bench
