#include "net/connection_pool.hpp"

#include <chrono>
#include <string_view>
#include <utility>

#include "net/http_session.hpp"
#include "net/lingering.hpp"
#include "net/websocket_session.hpp"

namespace greenroom::net {

namespace {

constexpr std::chrono::seconds sweep_interval{1};

/// Most messages fit; a longer one's memory is given back once it is read.
constexpr std::size_t message_room_kept_max = 64 * 1024;

constexpr std::string_view crowded_answer
  = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\n"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 21\r\n\r\n"
    "too many connections\n";

} // namespace

connection_pool::connection_pool(boost::asio::io_context& io, poller& watcher,
                                 connection_context& context)
  : io_(io), context_(context), timer_(io), watcher_(watcher), next_to_leave_(io) {}

connection_pool::~connection_pool() {
  for (const auto& member : std::exchange(members_, {}))
    member->abandon();
  context_.connection_count -= size_;
}

void connection_pool::adopt(tcp_socket socket) {
  watcher_.post(
    [this, socket = std::move(socket)]() mutable { admit(std::move(socket)); });
}

void connection_pool::refuse(tcp_socket socket) {
  watcher_.post([this, socket = std::move(socket)]() mutable {
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(boost::asio::buffer(crowded_answer), ignored);
    linger(std::move(socket));
  });
}

void connection_pool::stop(std::chrono::milliseconds window,
                           std::function<void()> when_empty) {
  watcher_.post([this, window, when_empty = std::move(when_empty)]() mutable {
    when_empty_ = std::move(when_empty);
    all_leave_at_ = std::chrono::steady_clock::now() + window;
    leaving_.assign(members_.begin(), members_.end());
    shed();
  });
}

void connection_pool::shed() {
  const auto left = all_leave_at_ - std::chrono::steady_clock::now();
  if (leaving_.empty() || left <= left.zero()) {
    stop_all();
    return;
  }
  // On average those who are left leave evenly over the time that is left.
  const auto distance_max = 2 * left / static_cast<std::int64_t>(leaving_.size() + 1);
  constexpr std::uint64_t parts = 1'000;
  const auto part = static_cast<std::int64_t>(context_.world.random->next() % parts);
  next_to_leave_.expires_after(distance_max * part / static_cast<std::int64_t>(parts));
  next_to_leave_.async_wait([this](boost::system::error_code error) {
    if (error)
      return;
    if (const auto next = leaving_.back().lock())
      next->stop();
    leaving_.pop_back();
    shed();
  });
}

void connection_pool::stop_all() {
  is_stopping_ = true;
  leaving_.clear();
  const auto all = members_; // Some leave at once.
  for (const auto& member : all)
    member->stop();
  report_when_empty();
}

void connection_pool::add(std::shared_ptr<connection> member) {
  member->place_ = members_.size();
  members_.push_back(std::move(member));
  next_looks_.push_back(0);
  ++size_;
  ++context_.connection_count;
  arm();
}

void connection_pool::remove(connection& member) {
  const auto place = member.place_;
  if (place >= members_.size() || members_[place].get() != &member)
    return; // Removed already, or the pool is going away.
  departed_.push_back(std::exchange(members_[place], std::move(members_.back())));
  members_.pop_back();
  next_looks_[place] = next_looks_.back();
  next_looks_.pop_back();
  if (place < members_.size())
    members_[place]->place_ = place;
  --size_;
  --context_.connection_count;
  report_when_empty();
}

void connection_pool::linger(tcp_socket socket) {
  const auto last = std::make_shared<lingering>(*this, std::move(socket));
  add(last);
  watcher_.post([last] { last->start(); });
}

std::string& connection_pool::message() {
  if (message_.capacity() > message_room_kept_max)
    std::string{}.swap(message_);
  return message_;
}

void connection_pool::flush_soon(websocket_session& member) {
  unflushed_.push_back(&member);
}

void connection_pool::end_turn() {
  while (!unflushed_.empty())
    flush();
  while (!departed_.empty()) {
    const auto gone = std::move(departed_.back());
    departed_.pop_back();
  }
}

void connection_pool::admit(tcp_socket socket) {
  if (is_stopping_)
    return;
  const auto member = std::make_shared<http_session>(*this, std::move(socket));
  add(member);
  member->start();
}

void connection_pool::arm() {
  if (std::exchange(is_armed_, true))
    return;
  timer_.expires_after(sweep_interval);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error)
      sweep();
  });
}

void connection_pool::sweep() {
  is_armed_ = false;
  const auto time = now();
  // From the end, as who leaves is replaced by the last; others may leave too.
  for (auto place = members_.size(); place-- > 0;) {
    if (place >= members_.size() || time < next_looks_[place])
      continue;
    const auto member = members_[place];
    const auto next = member->sweep(time);
    if (place < members_.size() && members_[place] == member)
      next_looks_[place] = next;
  }
  if (!members_.empty())
    arm();
}

void connection_pool::flush() {
  flushing_.swap(unflushed_);
  for (auto* speaker : flushing_)
    speaker->flush();
  flushing_.clear();
}

void connection_pool::report_when_empty() {
  if (!is_stopping_ || !members_.empty())
    return;
  timer_.cancel();
  if (when_empty_)
    std::exchange(when_empty_, {})();
}

} // namespace greenroom::net
