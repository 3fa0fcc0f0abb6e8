// Prints what a joined connection costs while nobody says anything, and how
// long it takes when all of them knock at once.
#include <chrono>
#include <cstdio>
#include <exception>
#include <thread>

#include "tests/bench/bench.hpp"
#include "tests/support/server_process.hpp"

using namespace greenroom;

static int run(const bench::options& wanted) {
  const auto count = static_cast<std::size_t>(wanted["connections"]);
  const auto room_size = static_cast<std::size_t>(wanted["room-size"]);
  bench::run_on(wanted["client-cpu"]);
  test::server_process server{
    {.arguments = {"--reactors=" + std::to_string(wanted["reactors"]),
                   "--capacity=" + std::to_string(room_size), "--log.level=warning"},
     .secret_file = {},
     .cpu = static_cast<int>(wanted["server-cpu"])}};
  const auto kib_of = [](std::size_t bytes) { return static_cast<double>(bytes) / 1024; };
  const auto each = [&](std::size_t now, std::size_t before) {
    return kib_of(now - before) / static_cast<double>(count);
  };

  const auto empty = server.resident_bytes();
  bench::crowd all{room_size};
  const auto before_connect = bench::now_us();
  all.connect(server.port(), count);
  const auto connect_us = static_cast<double>(bench::now_us() - before_connect);
  const auto connected = server.resident_bytes();
  const auto cpu_before = server.cpu_nanoseconds();
  auto waited = all.join();
  const auto cpu_ns = static_cast<double>(server.cpu_nanoseconds() - cpu_before);
  const auto joined = server.resident_bytes();
  std::this_thread::sleep_for(std::chrono::seconds{wanted["settle-seconds"]});
  const auto settled = server.resident_bytes();

  bench::print_row("connections", static_cast<double>(count), "");
  bench::print_row("participants of a room", static_cast<double>(room_size), "");
  bench::print_row("empty server", kib_of(empty), "KiB");
  bench::print_row("per open connection", each(connected, empty), "KiB", 2);
  bench::print_row("per joined connection", each(joined, empty), "KiB", 2);
  bench::print_row("per joined connection, settled", each(settled, empty), "KiB", 2);
  bench::print_row("per upgrade, one after the other",
                   connect_us / static_cast<double>(count), "us", 1);
  bench::print_row("joins at once, per join",
                   static_cast<double>(bench::percentile(waited, 100))
                     / static_cast<double>(count),
                   "us", 1);
  bench::print_row("server CPU per join", cpu_ns / 1000 / static_cast<double>(count),
                   "us", 1);
  return 0;
}

int main(int argc, char** argv) {
  const bench::options wanted{argc,
                              argv,
                              {{"connections", 5000},
                               {"room-size", 5},
                               {"reactors", 1},
                               {"server-cpu", -1},
                               {"client-cpu", -1},
                               {"settle-seconds", 2}}};
  bench::raise_file_limit();
  try {
    return run(wanted);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bench: %s\n", failure.what());
    return 1;
  }
}
