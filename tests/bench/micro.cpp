// What the parts of a message's way cost by themselves: its codec, the room's
// rules, and the outbox. `tools/bench` runs it where Google Benchmark is installed.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "net/outbox_queue.hpp"
#include "protocol/room/room.hpp"
#include "protocol/wire/phoenix.hpp"

using namespace greenroom;

namespace {

constexpr std::size_t offer_bytes = 2500;
constexpr std::size_t candidate_bytes = 200;

participant_id id(std::uint64_t number) {
  return participant_id::from_random(number, number);
}

/// Answers joins at once, and drops what comes of pushes.
class null_host final : public wire::dialect_host {
public:
  void send(shared_frame) override {}
  void relay(wire::slot_id, shared_event, bool) override {}
  void open(wire::slot_id slot, join_request) override { opened = slot; }
  void push(wire::slot_id slot, client_push&& push) override {
    benchmark::DoNotOptimize(push);
    // As a room would, or the slot would run out of credit.
    owed.count += 1;
    owed.bytes += push.bytes;
    used = slot;
  }
  void leave(wire::slot_id) override {}
  void release(wire::slot_id) override {}
  void close(close_reason) override {}
  void note(journal_entry) override {}

  wire::slot_id opened = 0, used = 0;
  credit_returned owed;
};

/// A connection that has joined a room.
struct joined_connection {
  null_host host;
  std::unique_ptr<wire::dialect> dialect = wire::make_phoenix(wire::phoenix_version::v2);

  joined_connection() {
    std::string join = R"(["1","1","room:a","phx_join",{"display_name":"Ann"}])";
    dialect->receive(join, 0, host);
    auto room = make_room({"a"}, {}, 0);
    join_room command;
    command.room = {"a"};
    command.fresh = id(1);
    command.display_name = "Ann";
    for (auto& effect : apply(room, command, 0))
      if (auto* let_in = std::get_if<std::shared_ptr<const admission>>(&effect.what))
        dialect->hear(host.opened, session_opened{*let_in, {}, {}}, host);
  }

  void receive(std::string text) {
    dialect->receive(text, 0, host);
    if (host.owed.count >= limits::credit_batch_count)
      dialect->hear(host.used, std::exchange(host.owed, {}), host);
  }
};

std::string signal_text(const char* event, const std::string& body) {
  return R"(["1","5","room:a","signal:)" + std::string{event} + R"(",{"to_id":")"
         + id(2).to_string() + "\"," + body + "}]";
}

std::string offer_text() {
  std::string sdp;
  while (sdp.size() < offer_bytes)
    sdp += std::string(62, 'a') + "\\r\\n";
  return signal_text("offer", "\"sdp\":\"" + sdp + '"');
}

std::string candidate_text() {
  return signal_text("ice", "\"candidate\":\"" + std::string(candidate_bytes, 'c')
                              + R"(","sdpMid":"0","sdpMLineIndex":0)");
}

shared_event event_of(room_event::body body) {
  return std::make_shared<const room_event>("a", 0, std::move(body));
}

void decode(benchmark::State& state, const std::string& text) {
  joined_connection connection;
  for (auto _ : state)
    connection.receive(text);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK_CAPTURE(decode, offer, offer_text());
BENCHMARK_CAPTURE(decode, candidate, candidate_text());
BENCHMARK_CAPTURE(decode, chat,
                  std::string{R"(["1","5","room:a","chat:msg",{"text":"hello there"}])"});
BENCHMARK_CAPTURE(decode, heartbeat,
                  std::string{R"([null,"5","phoenix","heartbeat",{}])"});

void encode(benchmark::State& state, const shared_event& event) {
  joined_connection connection;
  wire::json_text text;
  for (auto _ : state) {
    text.truncate(0);
    benchmark::DoNotOptimize(
      connection.dialect->encode(connection.host.opened, *event, text));
  }
}
BENCHMARK_CAPTURE(encode, offer,
                  event_of(signal_delivered{
                    id(1), id(2),
                    session_description{{}, json_string{std::string(offer_bytes, 'a')}},
                    0}));
BENCHMARK_CAPTURE(encode, candidate, [] {
  ice_candidate what;
  what.candidate = json_string{std::string(candidate_bytes, 'c')};
  return event_of(signal_delivered{id(1), id(2), std::move(what), 0});
}());

/// A room of `state.range(0)`, in which participant 1 speaks.
void apply_push_of(benchmark::State& state, const push_body& what) {
  room_limits bounds;
  bounds.capacity = static_cast<std::uint32_t>(state.range(0));
  auto room = make_room({"a"}, bounds, 0);
  for (std::uint64_t number = 1; number <= bounds.capacity; ++number) {
    join_room command;
    command.room = {"a"};
    command.fresh = id(number);
    command.display_name = "somebody";
    benchmark::DoNotOptimize(apply(room, command, 0));
  }
  const seat_key key{id(1), find_seat(room, id(1))->attachment};
  for (auto _ : state)
    benchmark::DoNotOptimize(apply(room, apply_push{key, {{"\"1\""}, what, 100}}, 0));
}
BENCHMARK_CAPTURE(apply_push_of, candidate, send_signal{id(2), ice_candidate{}})
  ->Arg(6)
  ->Arg(1000);
BENCHMARK_CAPTURE(apply_push_of, chat, say_chat{"hello there"})->Arg(6)->Arg(1000);

void queue_and_take(benchmark::State& state) {
  net::outbox_queue queue{limits::outbox_bytes_max};
  const auto event = event_of(chat_said{id(1), "somebody", "hello there", 0});
  for (auto _ : state) {
    queue.push(1, event, false);
    benchmark::DoNotOptimize(queue.pop());
  }
}
BENCHMARK(queue_and_take);

} // namespace

BENCHMARK_MAIN();
