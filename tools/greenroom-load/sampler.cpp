#include "tools/greenroom-load/sampler.hpp"

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "tools/greenroom-load/clock.hpp"

namespace greenroom::load {

namespace fs = std::filesystem;

namespace {

std::int64_t cpu_of(const fs::path& process) {
  std::int64_t sum = 0;
  std::error_code error;
  for (const auto& task : fs::directory_iterator{process / "task", error}) {
    std::ifstream numbers{task.path() / "schedstat"};
    std::int64_t on_cpu = 0;
    numbers >> on_cpu;
    sum += on_cpu;
  }
  return sum;
}

std::int64_t resident_of(const fs::path& process) {
  std::ifstream numbers{process / "statm"};
  std::int64_t total = 0, resident = 0;
  numbers >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

} // namespace

sample take_sample(const std::vector<pid_t>& processes) {
  sample result;
  result.at_ns = now_ns();
  for (const auto each : processes) {
    const fs::path process = "/proc/" + std::to_string(each);
    result.cpu_ns += cpu_of(process);
    result.resident_bytes += resident_of(process);
  }
  return result;
}

std::int64_t own_cpu_ns() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return spent.tv_sec * ns_per_second + spent.tv_nsec;
}

} // namespace greenroom::load
