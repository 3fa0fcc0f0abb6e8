#include "tests/bench/bench.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <sched.h>
#include <sys/resource.h>

#include "tests/support/json.hpp"

namespace greenroom::bench {

options::options(int argc, char** argv, numbers defaults) : values_(std::move(defaults)) {
  for (int at = 1; at < argc; ++at) {
    const std::string word = argv[at];
    const auto assignment = word.find('=');
    const auto found = word.starts_with("--") && assignment != word.npos
                         ? values_.find(word.substr(2, assignment - 2))
                         : values_.end();
    if (found == values_.end()) {
      std::printf("Options, and what they are by default:\n");
      for (const auto& [name, value] : values_)
        std::printf("  --%s=%lld\n", name.c_str(), static_cast<long long>(value));
      std::exit(2);
    }
    found->second = std::strtoll(word.c_str() + assignment + 1, nullptr, 10);
  }
}

void raise_file_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void run_on(std::int64_t cpu) {
  if (cpu < 0)
    return;
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<std::size_t>(cpu), &only);
  ::sched_setaffinity(0, sizeof only, &only);
}

std::int64_t now_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

std::int64_t percentile(std::vector<std::int64_t>& values, double percent) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(static_cast<double>(values.size()) * percent
                                           / 100);
  return values[std::min(at, values.size() - 1)];
}

void print_row(const char* name, double value, const char* unit, int digits) {
  std::printf("%-40s %12.*f  %s\n", name, digits, value, unit);
}

void crowd::connect(std::uint16_t port, std::size_t count) {
  for (std::size_t number = 0; number < count; ++number)
    client.connect(port);
}

std::vector<std::int64_t> crowd::join() {
  ids_.assign(size(), {});
  heads_.assign(size(), {});
  std::vector<std::int64_t> waited(size());
  std::size_t joined = 0;
  const auto start = now_us();
  for (std::size_t number = 0; number < size(); ++number) {
    const auto topic = "\"room:bench " + std::to_string(number / room_size_) + "\"";
    heads_[number] = "[\"1\",\"2\"," + topic + ",";
    client.send(number, "[\"1\",\"1\"," + topic
                          + ",\"phx_join\",{\"display_name\":\"load "
                          + std::to_string(number) + "\"}]");
  }
  const auto until = start + 60'000'000;
  while (joined < size()) {
    if (now_us() > until)
      throw std::runtime_error("not all could join");
    client.turn(100, [&](std::size_t number, std::string_view text) {
      if (text.find("\"phx_reply\"") == text.npos)
        return;
      const test::json frame{std::string{text}};
      if (frame.text("/4/status") != "ok")
        throw std::runtime_error("not let in: " + std::string{text});
      ids_[number] = frame.text("/4/response/self_id");
      waited[number] = now_us() - start;
      ++joined;
    });
  }
  return waited;
}

std::size_t crowd::neighbour_of(std::size_t connection, std::uint64_t random) const {
  const auto first = connection - connection % room_size_;
  const auto members = std::min(room_size_, size() - first);
  const auto other = first + random % (members - 1);
  return other < connection ? other : other + 1;
}

} // namespace greenroom::bench
