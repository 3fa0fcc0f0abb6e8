// One node in one thread: virtual time, and a schedule drawn from a seed. The
// actors are the production ones; only the scheduler and the ports are twins.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "actors/spawn.hpp"

namespace greenroom::test {

struct world_config : caf::actor_system_config {
  world_config() { set("scheduler.policy", caf::atom("testing")); }
};

class seeded_random final : public random_port {
public:
  explicit seeded_random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t next() override { return engine_(); }

private:
  std::mt19937_64 engine_; // Specified bit for bit; distributions are not.
};

/// Not a secure signature, but one that any change of the bytes changes.
class toy_signer final : public signer_port {
public:
  explicit toy_signer(std::uint64_t secret) : secret_(secret) {}
  signature sign(std::string_view bytes) const override {
    std::uint64_t hash = secret_;
    for (const char c : bytes)
      hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    signature result{};
    for (std::size_t at = 0; at < result.size(); ++at)
      result[at] = static_cast<unsigned char>((hash *= 6364136223846793005u) >> 56);
    return result;
  }

private:
  std::uint64_t secret_;
};

class no_ice final : public ice_port {
public:
  std::vector<ice_server> servers_for(const participant_id&, instant) const override {
    return {{{"stun:example.org"}, "", ""}};
  }
};

/// Keeps what was logged: "join", "leave:lost", ...
class recording_journal final : public journal_port {
public:
  std::vector<std::string> lines;
  bool wants(severity) const override { return true; }
  void write(const journal_entry& entry) override {
    std::string line{entry.event};
    if (!entry.detail.empty())
      line += ":" + std::string{entry.detail};
    lines.push_back(line);
  }
};

class recorded_readiness final : public readiness_port {
public:
  bool is_full = false;
  void note_rooms(bool full) override { is_full = full; }
};

/// What one client heard from its session.
class recording_outbox final : public outbox_port {
public:
  std::vector<session_event> heard;
  void hear(session_event&& event) override { heard.push_back(std::move(event)); }

  template <class T>
  std::vector<const T*> all() const {
    std::vector<const T*> found;
    for (const auto& event : heard)
      if (const auto* match = std::get_if<T>(&event))
        found.push_back(match);
    return found;
  }
  template <class T>
  const T* only() const {
    const auto found = all<T>();
    return found.size() == 1 ? found.front() : nullptr;
  }
};

/// A client with its session, as a connection would hold them.
struct client {
  std::shared_ptr<recording_outbox> outbox = std::make_shared<recording_outbox>();
  std::shared_ptr<session_handle> session;

  bool is_in() const { return outbox->only<session_opened>() != nullptr; }
  const admission& seat() const { return *outbox->only<session_opened>()->seat; }
  participant_id self() const { return seat().self; }
  std::string token() const { return outbox->only<session_opened>()->resume_token; }
};

class world {
  world_config config_;
  std::mt19937_64 schedule_;

  class virtual_clock final : public clock_port {
  public:
    caf::scheduler::test_coordinator* coordinator = nullptr;
    instant now() const override {
      const auto since = coordinator->clock().now().time_since_epoch();
      return 1'700'000'000'000
             + std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
    }
  };

public:
  /// More steps than any test needs; reaching it means a livelock.
  static constexpr std::size_t step_count_max = 200'000;

  virtual_clock clock;
  seeded_random random;
  toy_signer signer{42};
  no_ice ice;
  recording_journal journal;
  recorded_readiness readiness;
  caf::actor_system system;
  directory_actor directory;

  explicit world(std::uint64_t seed, room_limits limits = {},
                 std::size_t room_count_max = limits::room_count_max)
    : schedule_(seed), random(seed + 1), system(config_) {
    clock.coordinator = &coordinator();
    // The clock's epoch means "no timeout" to some of CAF's code.
    coordinator().clock().current_time += std::chrono::hours(1);
    directory = spawn_directory(system, ports_of(), limits, room_count_max);
  }

  ~world() {
    caf::anon_send_exit(directory, caf::exit_reason::kill);
    directory = nullptr;
    settle();
    for (auto& session : sessions_)
      caf::anon_send_exit(session, caf::exit_reason::kill);
    sessions_.clear();
    settle();
  }

  ports ports_of() { return {&clock, &random, &signer, &ice, &journal, &readiness}; }

  client join(const std::string& room, bool resumable = false, std::string token = "",
              std::uint64_t last_seq = 0) {
    client result;
    join_request request;
    request.room = {room};
    request.display_name = "somebody";
    request.resumable = resumable;
    request.resume_token = std::move(token);
    request.last_seq = last_seq;
    result.session = std::make_shared<session_handle>(spawn_session(
      system, ports_of(), directory, std::move(request), result.outbox, "127.0.0.1"));
    sessions_.push_back(result.session->actor());
    return result;
  }

  void push(const client& who, push_body what, std::string ref = "\"1\"") {
    who.session->push(client_pushes{{{std::move(ref)}, std::move(what), 100}});
  }
  void leave(const client& who) { who.session->leave(); }
  void offer(const client& from, const participant_id& to, std::string sdp) {
    push(from, send_signal{to, session_description{{}, json_string{std::move(sdp)}}});
  }
  /// The connection is gone, and with it whoever held the session.
  void lose(client& who) {
    who.session->lose();
    who.session = nullptr;
  }

  /// Lets an actor chosen at random take one message, until no mail is left.
  std::size_t settle() {
    auto& jobs = coordinator().jobs;
    std::size_t step_count = 0;
    for (; !jobs.empty() && step_count < step_count_max; ++step_count) {
      std::swap(jobs.front(), jobs[schedule_() % jobs.size()]);
      coordinator().run_once();
    }
    return step_count;
  }

  /// Takes at most so many steps, so that a test can act in the middle.
  void run(std::size_t step_count) {
    auto& jobs = coordinator().jobs;
    for (; !jobs.empty() && step_count > 0; --step_count) {
      std::swap(jobs.front(), jobs[schedule_() % jobs.size()]);
      coordinator().run_once();
    }
  }

  /// Moves the virtual clock in small steps, as deadlines breed deadlines.
  void pass(std::int64_t ms) {
    settle();
    for (std::int64_t passed = 0; passed < ms; passed += 500) {
      coordinator().advance_time(std::chrono::milliseconds{500});
      settle();
    }
  }

  /// Moves the clock and nothing else: what falls due waits behind other mail.
  void leap(std::int64_t ms) {
    coordinator().advance_time(std::chrono::milliseconds{ms});
  }

  std::size_t running() { return system.registry().running(); }

private:
  caf::scheduler::test_coordinator& coordinator() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }

  std::vector<session_actor> sessions_;
};

} // namespace greenroom::test
