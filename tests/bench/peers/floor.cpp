// The floor: as little as a relay of the same frames can do on epoll. It searches
// for strings where others parse JSON, and checks nothing, so it is fit for
// nothing but to show what the sockets alone cost.
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/peers/floor_frames.hpp"

namespace floor_relay {

namespace {

constexpr std::size_t read_bytes = 512 * 1024;
constexpr std::size_t pooled_bytes_max = 64 * 1024;
constexpr std::size_t pool_count_max = 1024;

struct connection;

struct room {
  std::string id;
  std::vector<connection*> members;
};

struct connection {
  int fd = -1;
  std::uint32_t number = 0;
  bool is_upgraded = false;
  bool is_queued = false;
  std::uint32_t version = 0; ///< Of its presence.
  room* in = nullptr;
  std::string id, name, device, partial, out;
};

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

class relay {
public:
  relay(std::uint16_t port, std::size_t capacity);
  [[noreturn]] void run();

private:
  void accept_all();
  void read(connection& from);
  std::string_view upgrade(connection& from, std::string_view bytes);
  void hear(connection& from, std::string_view text);
  void join(connection& from, const envelope& what);
  void signal(connection& from, const envelope& what);
  void chat(connection& from, const envelope& what);
  void media(connection& from, const envelope& what);
  void leave(connection& from);
  void close(connection& who);
  void broadcast(const room& where, const connection* except, std::string_view text);
  void reply(connection& to, const envelope& what, std::string_view response,
             std::string_view status = "ok");
  void send(connection& to, std::initializer_list<std::string_view> parts);
  void queue(connection& to);
  void flush_all();
  void recycle(std::string& outbox);
  std::string meta(const connection& who, bool with_previous = false) const;
  std::string_view time_text();

  int listener_, epoll_;
  std::size_t capacity_;
  std::uint32_t next_number_ = 0;
  std::vector<std::unique_ptr<connection>> connections_; ///< By number.
  std::unordered_map<std::string, std::unique_ptr<room>> rooms_;
  std::vector<connection*> queued_;
  std::vector<std::string> pool_; ///< Outboxes of those who have nothing to hear.
  std::vector<char> buffer_;
  std::array<char, 24> time_;
  std::string scratch_;
};

relay::relay(std::uint16_t port, std::size_t capacity)
  : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)),
    epoll_(::epoll_create1(0)),
    capacity_(capacity),
    buffer_(read_bytes) {
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0
      || ::listen(listener_, SOMAXCONN) != 0) {
    std::perror("floor");
    std::exit(1);
  }
  epoll_event entry{EPOLLIN, {.ptr = nullptr}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &entry);
}

void relay::run() {
  for (;;) {
    std::array<epoll_event, 512> entries;
    const int count = ::epoll_wait(epoll_, entries.data(), entries.size(),
                                   queued_.empty() ? -1 : 1);
    for (int at = 0; at < count; ++at) {
      auto* who = static_cast<connection*>(
        entries[static_cast<std::size_t>(at)].data.ptr);
      if (who == nullptr)
        accept_all();
      else if (who->fd >= 0)
        read(*who);
    }
    flush_all();
  }
}

void relay::accept_all() {
  for (int fd = 0; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto& who = *connections_.emplace_back(std::make_unique<connection>());
    who.fd = fd;
    who.number = next_number_++;
    epoll_event entry{EPOLLIN, {.ptr = &who}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &entry);
  }
}

void relay::read(connection& from) {
  const auto kept = from.partial.size();
  if (buffer_.size() < kept + read_bytes)
    buffer_.resize(kept + read_bytes);
  std::memcpy(buffer_.data(), from.partial.data(), kept);
  const auto count = ::recv(from.fd, buffer_.data() + kept, read_bytes, 0);
  if (count <= 0)
    return close(from);
  std::string_view bytes{buffer_.data(), kept + static_cast<std::size_t>(count)};
  if (!from.is_upgraded)
    bytes = upgrade(from, bytes);
  while (from.is_upgraded) {
    auto next = take_frame(buffer_.data(), bytes);
    if (next.code == no_frame)
      break;
    if (next.code == close_code)
      return close(from);
    if (next.code == text_code)
      hear(from, next.payload);
  }
  from.partial = bytes;
  if (from.partial.empty() && from.partial.capacity() > 15)
    from.partial = {};
}

std::string_view relay::upgrade(connection& from, std::string_view bytes) {
  if (!bytes.ends_with("\r\n\r\n"))
    return bytes;
  constexpr std::string_view header = "Sec-WebSocket-Key: ";
  const auto at = bytes.find(header);
  if (at == bytes.npos) { // Somebody who looks whether we are there.
    queue(from);
    from.out += "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    return {};
  }
  queue(from);
  from.out += "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
              "Connection: Upgrade\r\nSec-WebSocket-Accept: "
              + accept_key(bytes.substr(at + header.size(), 24)) + "\r\n\r\n";
  from.is_upgraded = true;
  return {};
}

void relay::hear(connection& from, std::string_view text) {
  const auto what = read_envelope(text);
  if (what.event.starts_with("signal:"))
    return signal(from, what);
  if (what.event == "chat:msg")
    return chat(from, what);
  if (what.event == "media:update")
    return media(from, what);
  if (what.event == "phx_join")
    return join(from, what);
  reply(from, what, "{}");
  if (what.event != "phx_leave")
    return;
  leave(from);
  send(from, {R"(["1","1",")", what.topic, R"(","phx_close",{}])"});
}

void relay::join(connection& from, const envelope& what) {
  auto& entry = rooms_[std::string{what.topic}];
  if (!entry)
    entry = std::make_unique<room>(room{std::string{what.topic.substr(5)}, {}});
  auto& where = *entry;
  if (where.members.size() >= capacity_)
    return reply(from, what, R"({"error":"capacity","reason":"error:capacity"})",
                 "error");
  from.in = &where;
  from.id = new_id(from.number);
  from.name = text_of(what.payload, R"("display_name":")");
  where.members.push_back(&from);
  std::string people = "{";
  for (const auto* each : where.members)
    people += (people.size() > 1 ? ",\"" : "\"") + each->id + "\":" + meta(*each);
  people += '}';
  reply(from, what,
        R"({"ok":true,"self_id":")" + from.id + R"(","room_id":")" + where.id
          + R"(","presence":)" + people + R"(,"capacity":)" + std::to_string(capacity_)
          + R"(,"ice_servers":[]})");
  send(from, {R"(["1",null,")", what.topic, R"(","presence_state",)", people, "]"});
  broadcast(where, &from,
            R"([null,null,"room:)" + where.id + R"(","presence_diff",{"joins":{")"
              + from.id + "\":" + meta(from) + R"(},"leaves":{}}])");
}

void relay::signal(connection& from, const envelope& what) {
  const auto to = text_of(what.payload, R"("to_id":")");
  const auto number = number_of(to);
  if (from.in == nullptr || number >= connections_.size()
      || connections_[number]->in != from.in)
    return reply(from, what,
                 R"({"error":"unknown_peer","to_id":")" + std::string{to} + "\"}",
                 "error");
  const auto body = what.payload.substr(1, what.payload.size() - 2);
  const std::string_view more = what.event == "signal:ice"
                                  ? R"(,"end_of_candidates":false,"ts":)"
                                  : R"(,"ts":)";
  send(*connections_[number],
       {R"(["1",null,")", what.topic, "\",\"", what.event, R"(",{"room_id":")",
        from.in->id, R"(","from_id":")", from.id, "\",", body, more, time_text(), "}]"});
}

void relay::chat(connection& from, const envelope& what) {
  if (from.in == nullptr)
    return;
  scratch_.clear();
  for (const std::string_view part :
       {std::string_view{R"([null,null,")"}, what.topic,
        std::string_view{R"(","chat:msg",{"room_id":")"}, std::string_view{from.in->id},
        std::string_view{R"(","from_id":")"}, std::string_view{from.id},
        std::string_view{R"(","display_name":")"}, std::string_view{from.name},
        std::string_view{"\","}, what.payload.substr(1, what.payload.size() - 2),
        std::string_view{R"(,"ts":)"}, time_text(), std::string_view{"}]"}})
    scratch_ += part;
  broadcast(*from.in, nullptr, scratch_);
  reply(from, what, "{}");
}

void relay::media(connection& from, const envelope& what) {
  if (from.in == nullptr)
    return;
  const auto old = meta(from);
  from.device = text_of(what.payload, R"("audio_device_id":")");
  ++from.version;
  broadcast(*from.in, nullptr,
            R"([null,null,"room:)" + from.in->id + R"(","presence_diff",{"joins":{")"
              + from.id + "\":" + meta(from, true) + R"(},"leaves":{")" + from.id
              + "\":" + old + "}}]");
  broadcast(*from.in, nullptr,
            R"([null,null,"room:)" + from.in->id + R"(","media:update",{"room_id":")"
              + from.in->id + R"(","from_id":")" + from.id + "\","
              + std::string{what.payload.substr(1, what.payload.size() - 2)} + R"(,"ts":)"
              + std::string{time_text()} + "}]");
  reply(from, what, "{}");
}

void relay::leave(connection& from) {
  auto* where = std::exchange(from.in, nullptr);
  if (where == nullptr)
    return;
  std::erase(where->members, &from);
  broadcast(*where, nullptr,
            R"([null,null,"room:)" + where->id
              + R"(","presence_diff",{"joins":{},"leaves":{")" + from.id
              + "\":" + meta(from) + "}}]");
  if (where->members.empty())
    rooms_.erase("room:" + where->id);
}

void relay::close(connection& who) {
  leave(who);
  ::close(std::exchange(who.fd, -1));
  who.out = {};
  who.partial = {};
}

void relay::broadcast(const room& where, const connection* except,
                      std::string_view text) {
  static std::string frame;
  frame.clear();
  append_header(frame, text.size());
  frame += text;
  for (auto* each : where.members)
    if (each != except) {
      queue(*each);
      each->out += frame;
    }
}

void relay::reply(connection& to, const envelope& what, std::string_view response,
                  std::string_view status) {
  send(to, {"[", what.refs, ",\"", what.topic, R"(","phx_reply",{"status":")", status,
            R"(","response":)", response, "}]"});
}

void relay::send(connection& to, std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const auto& each : parts)
    size += each.size();
  queue(to);
  append_header(to.out, size);
  for (const auto& each : parts)
    to.out += each;
}

void relay::queue(connection& to) {
  if (std::exchange(to.is_queued, true))
    return;
  queued_.push_back(&to);
  if (to.out.empty() && !pool_.empty()) {
    to.out = std::move(pool_.back());
    pool_.pop_back();
  }
}

void relay::flush_all() {
  auto waiting = std::exchange(queued_, {});
  for (auto* each : waiting) {
    each->is_queued = false;
    if (each->fd < 0)
      continue;
    const auto sent = ::send(each->fd, each->out.data(), each->out.size(), MSG_NOSIGNAL);
    each->out.erase(0, sent > 0 ? static_cast<std::size_t>(sent) : 0);
    if (!each->out.empty())
      queue(*each); // It tries again, which is all that it knows of slow readers.
    else
      recycle(each->out);
  }
  if (queued_.empty()) {
    waiting.clear();
    queued_ = std::move(waiting);
  }
}

void relay::recycle(std::string& outbox) {
  if (outbox.capacity() <= pooled_bytes_max && pool_.size() < pool_count_max)
    pool_.push_back(std::move(outbox));
  outbox = {};
}

std::string relay::meta(const connection& who, bool with_previous) const {
  const auto ref = [&](std::uint32_t version) {
    return std::to_string(who.number) + '.' + std::to_string(version) + '"';
  };
  return R"({"metas":[{"display_name":")" + who.name
         + R"(","audio_muted":false,"video_enabled":true,"screensharing":false,)"
           R"("device_info":{"audio_device_id":")"
         + who.device + R"("},"phx_ref":")" + ref(who.version)
         + (with_previous ? R"(,"phx_ref_prev":")" + ref(who.version - 1) : "") + "}]}";
}

std::string_view relay::time_text() {
  const auto end = std::to_chars(time_.data(), time_.data() + time_.size(), now_ms()).ptr;
  return {time_.data(), static_cast<std::size_t>(end - time_.data())};
}

} // namespace

} // namespace floor_relay

int main(int argc, char** argv) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (argc != 3) {
    std::fprintf(stderr, "Usage: bench_floor PORT CAPACITY\n");
    return 2;
  }
  floor_relay::relay{static_cast<std::uint16_t>(std::atoi(argv[1])),
                     static_cast<std::size_t>(std::atoi(argv[2]))}
    .run();
}
