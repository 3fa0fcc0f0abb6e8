#include "tests/support/server_process.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/tcp_client.hpp"

namespace greenroom::test {

namespace fs = std::filesystem;

namespace {

constexpr int start_attempts = 3;

std::string binary() {
  if (const char* chosen = std::getenv("GREENROOM_BIN"))
    return chosen;
#ifdef GREENROOM_BIN
  return GREENROOM_BIN;
#else
  throw std::runtime_error("GREENROOM_BIN must name the server's program");
#endif
}

/// Free a moment ago; who starts a server on it must be ready to try again.
std::uint16_t free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  const bool bound = ::bind(probe, reinterpret_cast<const sockaddr*>(&where), size) == 0
                     && ::getsockname(probe, reinterpret_cast<sockaddr*>(&where), &size)
                          == 0;
  ::close(probe);
  if (!bound)
    throw std::runtime_error("no free port");
  return ntohs(where.sin_port);
}

std::string new_secret_file() {
  static int count = 0;
  const auto name = "greenroom-test-" + std::to_string(::getpid()) + "-"
                    + std::to_string(++count);
  return (fs::temp_directory_path() / name).string();
}

/// In the child. Memory that AddressSanitizer holds back after it was freed
/// would drown the growth that tests look for.
[[noreturn]] void become(std::vector<std::string> words, int log, int cpu) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL); // A test that dies leaves no server behind.
  if (cpu >= 0) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(cpu, &only);
    ::sched_setaffinity(0, sizeof only, &only);
  }
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  const char* given = std::getenv("ASAN_OPTIONS");
  const auto sanitizer = std::string{given ? given : ""} + ":quarantine_size_mb=8";
  ::setenv("ASAN_OPTIONS", sanitizer.c_str(), 1);
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

} // namespace

server_process::server_process(options how) {
  secret_is_ours_ = how.secret_file.empty();
  secret_file_ = secret_is_ours_ ? new_secret_file() : how.secret_file;
  std::string last_words;
  for (int attempt = 0; attempt < start_attempts; ++attempt) {
    start(how);
    if (become_ready())
      return;
    signal(SIGKILL);
    wait_for_exit();
    last_words = log();
    ::close(std::exchange(log_, -1));
  }
  throw std::runtime_error("the server does not start:\n" + last_words);
}

server_process::~server_process() {
  if (is_running()) {
    signal(SIGKILL);
    wait_for_exit();
  }
  if (log_ >= 0)
    ::close(log_);
  if (secret_is_ours_)
    fs::remove(secret_file_);
}

void server_process::start(const options& how) {
  port_ = free_port();
  log_ = ::memfd_create("greenroom-log", MFD_CLOEXEC);
  ::fcntl(log_, F_SETFL, O_APPEND);
  std::vector<std::string> words{binary(), "--port=" + std::to_string(port_),
                                 "--secret-file=" + secret_file_};
  words.insert(words.end(), how.arguments.begin(), how.arguments.end());
  pid_ = ::fork();
  if (pid_ == 0)
    become(std::move(words), log_, how.cpu);
  if (pid_ < 0)
    throw std::runtime_error("fork failed");
}

bool server_process::become_ready() {
  for (const auto until = soon(); is_running() && steady::now() < until;) {
    try {
      if (status_of(get_http(port_, "/readyz")) == 200)
        return true;
    } catch (const connection_lost&) {
      // It does not listen yet.
    }
    std::this_thread::sleep_for(10ms); // Until the next look, not instead of one.
  }
  return false;
}

bool server_process::is_running() {
  int status = 0;
  if (pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) == pid_)
    note_exit(status);
  return pid_ > 0;
}

void server_process::note_exit(int status) {
  exit_status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  pid_ = -1;
}

void server_process::signal(int number) const {
  if (pid_ > 0)
    ::kill(pid_, number);
}

int server_process::wait_for_exit(deadline until) {
  while (is_running()) {
    if (steady::now() >= until)
      throw timed_out("the end of the server");
    std::this_thread::sleep_for(5ms);
  }
  return exit_status_;
}

int server_process::stop() {
  signal(SIGTERM);
  return wait_for_exit();
}

std::string server_process::log() const {
  std::string result(static_cast<std::size_t>(::lseek(log_, 0, SEEK_END)), '\0');
  const auto size = ::pread(log_, result.data(), result.size(), 0);
  result.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return result;
}

std::size_t server_process::resident_bytes() const {
  std::ifstream numbers{"/proc/" + std::to_string(pid_) + "/statm"};
  std::size_t total = 0, resident = 0;
  numbers >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t server_process::cpu_nanoseconds() const {
  std::uint64_t sum = 0;
  for (const auto& task :
       fs::directory_iterator{"/proc/" + std::to_string(pid_) + "/task"}) {
    std::ifstream numbers{task.path() / "schedstat"};
    std::uint64_t on_cpu = 0;
    numbers >> on_cpu;
    sum += on_cpu;
  }
  return sum;
}

std::string ask_http(std::uint16_t port, const std::string& request) {
  tcp_client socket{port};
  socket.send(request);
  return socket.read_to_end();
}

std::string get_http(std::uint16_t port, const std::string& path) {
  return ask_http(port, "GET " + path
                          + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
}

int status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::atoi(answer.c_str() + 9) : 0;
}

std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? std::string{} : answer.substr(end + 4);
}

} // namespace greenroom::test
