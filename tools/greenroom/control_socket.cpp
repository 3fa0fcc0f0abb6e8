#include "tools/greenroom/control_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace greenroom {

namespace {

/// A room's name is 128 bytes at most.
constexpr std::size_t request_bytes_max = 512;

/// How long a client may keep the server's thread waiting.
constexpr timeval client_patience{2, 0};
/// How long a server may take to answer.
constexpr timeval server_patience{30, 0};

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw std::runtime_error{"control socket " + path + ": " + why};
}

[[noreturn]] void fail(const std::string& path) {
  fail(path, std::generic_category().message(errno));
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un result{};
  result.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof result.sun_path)
    fail(path, "the path must have 1 to " + std::to_string(sizeof result.sun_path - 1)
                 + " bytes");
  std::copy(path.begin(), path.end(), result.sun_path);
  return result;
}

int make_socket(const std::string& path) {
  const int result = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (result < 0)
    fail(path);
  return result;
}

bool connects(int socket, const sockaddr_un& where) {
  return connect(socket, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
}

bool binds(int socket, const sockaddr_un& where) {
  return bind(socket, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
}

/// Removes the socket of a server that is no more.
void remove_stale(const std::string& path, const sockaddr_un& where) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0)
    return;
  if (!S_ISSOCK(found.st_mode))
    fail(path, "there is a file of that name already");
  const int probe = make_socket(path);
  const bool is_alive = connects(probe, where);
  close(probe);
  if (is_alive)
    fail(path, "another server listens there");
  unlink(path.c_str());
}

bool send_all(int to, std::string_view text) {
  while (!text.empty()) {
    const auto size = send(to, text.data(), text.size(), MSG_NOSIGNAL);
    if (size <= 0)
      return false;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

/// @returns What came until `is_enough`, the end, or too long a silence.
template <class Predicate>
std::string receive(int from, Predicate is_enough) {
  std::string text;
  char chunk[4096];
  while (!is_enough(text)) {
    const auto size = recv(from, chunk, sizeof chunk, 0);
    if (size <= 0)
      break;
    text.append(chunk, static_cast<std::size_t>(size));
  }
  return text;
}

void be_patient(int socket, timeval patience) {
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

} // namespace

control_socket::control_socket(std::string path, handler answer)
  : path_(std::move(path)), answer_(std::move(answer)) {
  const auto where = address_of(path_);
  remove_stale(path_, where);
  listener_ = make_socket(path_);
  // Before it has a name, so that it is never open to others.
  const bool is_open = fchmod(listener_, S_IRUSR | S_IWUSR) == 0
                       && binds(listener_, where)
                       && chmod(path_.c_str(), S_IRUSR | S_IWUSR) == 0
                       && listen(listener_, 4) == 0;
  stop_ = eventfd(0, EFD_CLOEXEC);
  if (!is_open || stop_ < 0) {
    const auto why = std::generic_category().message(errno);
    close(listener_);
    fail(path_, why);
  }
  thread_ = std::thread{[this] { serve(); }};
}

control_socket::~control_socket() {
  eventfd_write(stop_, 1);
  thread_.join();
  close(listener_);
  close(stop_);
  unlink(path_.c_str());
}

void control_socket::serve() {
  for (;;) {
    pollfd ready[]{{listener_, POLLIN, 0}, {stop_, POLLIN, 0}};
    if (poll(ready, 2, -1) < 0 && errno != EINTR)
      return;
    if (ready[1].revents != 0)
      return;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0)
      continue;
    be_patient(client, client_patience);
    answer_one(client);
    close(client);
  }
}

void control_socket::answer_one(int client) {
  const auto request = receive(client, [](const std::string& text) {
    return text.find('\n') != text.npos || text.size() > request_bytes_max;
  });
  const auto end = request.find('\n');
  if (end == request.npos || end > request_bytes_max) {
    send_all(client, "error a request is one line\n");
    return;
  }
  try {
    const auto answer = answer_(request.substr(0, end));
    if (send_all(client, "ok\n"))
      send_all(client, answer);
  } catch (const std::exception& fault) {
    send_all(client, "error " + std::string{fault.what()} + "\n");
  }
}

std::string ask_server(const std::string& path, const std::string& request) {
  const auto where = address_of(path);
  const int server = make_socket(path);
  be_patient(server, server_patience);
  if (!connects(server, where)) {
    const auto why = std::generic_category().message(errno);
    close(server);
    fail(path, why);
  }
  send_all(server, request + "\n");
  const auto answer = receive(server, [](const std::string&) { return false; });
  close(server);
  if (answer.starts_with("ok\n"))
    return answer.substr(3);
  if (answer.starts_with("error "))
    throw std::runtime_error{answer.substr(6, answer.find('\n') - 6)};
  fail(path, "the server gave no answer");
}

} // namespace greenroom
