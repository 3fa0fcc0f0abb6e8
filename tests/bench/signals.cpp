// Sends signals at a given rate, or as fast as they arrive, and checks each:
// that it comes once, in order, to whom it was meant for. Latencies count from
// the moment at which a signal was due, so that a stall is not hidden.
#include <charconv>
#include <cstdio>
#include <exception>
#include <random>
#include <stdexcept>

#include "tests/bench/bench.hpp"
#include "tests/support/server_process.hpp"

using namespace greenroom;

namespace {

constexpr char mark = '@'; ///< Stands around the numbers of a signal.
constexpr std::size_t envelope_bytes_max = 100; ///< Up to an event's name.

struct tally {
  std::int64_t sent = 0, delivered = 0, astray = 0, doubled = 0, out_of_order = 0;
  std::vector<std::int64_t> latencies_us;
};

class traffic {
public:
  traffic(bench::crowd& all, const bench::options& wanted)
    : all_(all),
      offer_percent_(static_cast<std::uint64_t>(wanted["offer-percent"])),
      offer_rest_(sdp_of(static_cast<std::size_t>(wanted["offer-bytes"]))),
      ice_rest_(static_cast<std::size_t>(wanted["ice-bytes"]), 'c'),
      next_(all.size() * all.room_size()),
      due_(next_.size()) {}

  /// One signal from somebody, or from `from`, to a neighbour.
  void send(std::int64_t due_us) { send(random_() % all_.size(), due_us); }

  void send(std::size_t from, std::int64_t due_us) {
    const auto to = all_.neighbour_of(from, random_());
    const auto number = next_[from * all_.room_size() + all_.place_of(to)]++;
    const bool is_offer = random_() % 100 < offer_percent_;
    text_ = all_.head(from);
    text_ += is_offer ? R"("signal:offer",{"to_id":")" : R"("signal:ice",{"to_id":")";
    text_ += all_.self_id(to);
    text_ += is_offer ? R"(","sdp":")"
                      : R"(","sdpMid":"0","sdpMLineIndex":0,"candidate":")";
    for (const auto value : {static_cast<std::int64_t>(from),
                             static_cast<std::int64_t>(to), number, due_us}) {
      text_ += mark;
      text_ += std::to_string(value);
    }
    text_ += mark;
    text_ += is_offer ? offer_rest_ : ice_rest_;
    text_ += R"("}])";
    all_.client.send(from, text_);
    ++counts.sent;
  }

  static constexpr std::size_t nobody = ~std::size_t{0};

  /// @returns Who sent it; `nobody` if it is news of who joined.
  std::size_t hear(std::size_t connection, std::string_view text) {
    if (text.substr(0, envelope_bytes_max).find("\"presence_") != text.npos)
      return nobody;
    std::int64_t numbers[4];
    auto at = text.find(mark);
    if (at == text.npos)
      throw std::runtime_error("not a signal: " + std::string{text.substr(0, 200)});
    for (auto& number : numbers)
      at = static_cast<std::size_t>(
        std::from_chars(text.data() + at + 1, text.data() + text.size(), number).ptr
        - text.data());
    const auto [from, to, number, due_us] = numbers;
    const auto sender = static_cast<std::size_t>(from);
    counts.astray += static_cast<std::size_t>(to) != connection;
    auto& due = due_[sender * all_.room_size() + all_.place_of(connection)];
    counts.doubled += number < due;
    counts.out_of_order += number > due;
    due = number + 1;
    ++counts.delivered;
    counts.latencies_us.push_back(bench::now_us() - due_us);
    return sender;
  }

  tally counts;

private:
  /// With line ends, as JSON writes them; `size` bytes once it is decoded.
  static std::string sdp_of(std::size_t size) {
    std::string result;
    std::size_t decoded = 0;
    for (; decoded + 64 <= size; decoded += 64)
      result += std::string(62, 'a') + "\\r\\n";
    return result.append(size - decoded, 'a');
  }

  bench::crowd& all_;
  std::uint64_t offer_percent_;
  std::string offer_rest_, ice_rest_, text_;
  std::vector<std::int64_t> next_; ///< Number of the next signal, by sender and place.
  std::vector<std::int64_t> due_;  ///< The same, as the receiver expects it.
  std::mt19937_64 random_{7};
};

/// At a rate that does not care how the server is.
void run_open(bench::crowd& all, traffic& talk, const bench::options& wanted) {
  const auto rate = wanted["rate"];
  const auto count = rate * wanted["seconds"];
  const auto hear = [&](std::size_t number, std::string_view text) {
    talk.hear(number, text);
  };
  const auto start = bench::now_us();
  const auto give_up = start + (wanted["seconds"] + 30) * 1'000'000;
  for (std::int64_t next = 0;
       talk.counts.delivered < count && bench::now_us() < give_up;) {
    const auto now = bench::now_us();
    for (auto due = start + next * 1'000'000 / rate; next < count && due <= now;
         due = start + ++next * 1'000'000 / rate)
      talk.send(due);
    all.client.turn(0, hear); // Never sleeps: a late signal would be its own fault.
  }
}

/// Each connection has so many signals on their way, all the time.
void run_closed(bench::crowd& all, traffic& talk, const bench::options& wanted) {
  const auto end = bench::now_us() + wanted["seconds"] * 1'000'000;
  bool goes_on = true;
  const auto hear = [&](std::size_t number, std::string_view text) {
    const auto sender = talk.hear(number, text);
    if (goes_on && sender != traffic::nobody)
      talk.send(sender, bench::now_us());
  };
  for (std::size_t number = 0; number < all.size(); ++number)
    for (auto left = wanted["window"]; left > 0; --left)
      talk.send(number, bench::now_us());
  while (
    goes_on
    || (talk.counts.delivered < talk.counts.sent && bench::now_us() < end + 30'000'000)) {
    all.client.turn(1, hear);
    goes_on = bench::now_us() < end;
  }
}

int run(const bench::options& wanted) {
  bench::run_on(wanted["client-cpu"]);
  const auto room_size = static_cast<std::size_t>(wanted["room-size"]);
  test::server_process server{
    {.arguments = {"--reactors=" + std::to_string(wanted["reactors"]),
                   "--capacity=" + std::to_string(room_size), "--log.level=warning"},
     .secret_file = {},
     .cpu = static_cast<int>(wanted["server-cpu"])}};
  bench::crowd all{room_size};
  all.connect(server.port(), static_cast<std::size_t>(wanted["connections"]));
  all.join();

  traffic talk{all, wanted};
  auto& counts = talk.counts;
  counts.latencies_us.reserve(1 << 20);
  const auto cpu_before = server.cpu_nanoseconds();
  const auto start = bench::now_us();
  if (wanted["window"] > 0)
    run_closed(all, talk, wanted);
  else
    run_open(all, talk, wanted);
  const auto seconds = static_cast<double>(bench::now_us() - start) / 1e6;
  const auto cpu_us = static_cast<double>(server.cpu_nanoseconds() - cpu_before) / 1000;
  const auto delivered = static_cast<double>(counts.delivered);

  const auto print = [](const char* name, std::int64_t value) {
    bench::print_row(name, static_cast<double>(value), "");
  };
  print("connections", static_cast<std::int64_t>(all.size()));
  print("sent", counts.sent);
  print("delivered", counts.delivered);
  print("lost", counts.sent - counts.delivered);
  print("doubled", counts.doubled);
  print("out of order", counts.out_of_order);
  print("astray", counts.astray);
  bench::print_row("delivered", delivered / seconds, "/s");
  const auto latency = [&](double percent) {
    return static_cast<double>(bench::percentile(counts.latencies_us, percent));
  };
  bench::print_row("latency, median", latency(50), "us");
  bench::print_row("latency, 99 %", latency(99), "us");
  bench::print_row("latency, greatest", latency(100), "us");
  bench::print_row("server CPU per delivered signal", cpu_us / delivered, "us", 2);
  bench::print_row("server CPU in use", cpu_us / seconds / 1e4, "% of one");
  const bool is_clean = counts.sent == counts.delivered && counts.doubled == 0
                        && counts.out_of_order == 0 && counts.astray == 0;
  return is_clean ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  const bench::options wanted{argc,
                              argv,
                              {{"connections", 300},
                               {"room-size", 6},
                               {"rate", 10'000},
                               {"seconds", 5},
                               {"window", 0}, // Above zero: as fast as they arrive.
                               {"offer-percent", 10},
                               {"offer-bytes", 2500},
                               {"ice-bytes", 200},
                               {"reactors", 1},
                               {"server-cpu", -1},
                               {"client-cpu", -1}}};
  bench::raise_file_limit();
  try {
    return run(wanted);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bench: %s\n", failure.what());
    return 1;
  }
}
