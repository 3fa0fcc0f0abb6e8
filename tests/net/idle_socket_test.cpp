// Goal: from whom nothing was heard for the idle timeout is closed and told so; who
// answers pings is kept, however quiet; and whoever was quiet for long meets new deadlines.
// On a server whose times are short.
#define BOOST_TEST_MODULE greenroom_net_idle_socket
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/spawn.hpp"
#include "net/gateway_actor.hpp"
#include "net/hmac_signer.hpp"
#include "net/ice_servers.hpp"
#include "net/reactor.hpp"
#include "net/reactor_coordinator.hpp"
#include "net/readiness.hpp"
#include "net/system_clock.hpp"
#include "net/system_random.hpp"
#include "tests/support/phoenix_client.hpp"

using namespace greenroom;
using namespace greenroom::test;

/// Relate as the real ones do. Long enough for a client on a busy machine to answer.
constexpr std::int64_t idle_ms = 6'000, ping_ms = 1'000, close_ms = 2'000;

/// Nobody is pinged within a test.
constexpr std::int64_t never_ms = 3'600'000;

/// Counts the connections that are closed as idle, and looks at nothing else.
class idle_counter final : public journal_port {
public:
  bool wants(severity) const override { return true; }
  void write(const journal_entry& entry) override {
    count += entry.event == "closing" && entry.detail == to_string(close_reason::idle)
             && entry.address == "127.0.0.1" && entry.room_id == "lobby";
  }
  std::atomic<int> count = 0;
};

/// The server's parts, wired as the program does, in this process.
class impatient_server {
public:
  explicit impatient_server(std::int64_t idle = idle_ms, std::int64_t ping = ping_ms)
    : gateway_(std::in_place, reactors_, options(idle, ping), world_, ready_) {
    const boost::asio::ip::tcp::endpoint anywhere{boost::asio::ip::address_v4::loopback(),
                                                  0};
    BOOST_REQUIRE(!gateway_->open(anywhere));
    net::run_actors_on(reactors_, config_);
    system_.emplace(config_);
    system_->await_actors_before_shutdown(false);
    directory_ = spawn_directory(*system_, world_, {});
    speaker_ = gateway_->start(*system_, directory_);
  }

  ~impatient_server() {
    caf::scoped_actor self{*system_};
    self->request(speaker_, patience, net::drain_gateway{})
      .receive([](const net::gateway_drained&) {},
               [](const caf::error&) { BOOST_ERROR("the server does not drain"); });
    caf::anon_send_exit(directory_, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(speaker_, caf::exit_reason::user_shutdown);
    directory_ = nullptr;
    speaker_ = nullptr;
    while (system_->registry().running() > 1) // All but `self`.
      std::this_thread::yield();
    reactors_.stop();
    gateway_.reset();
  }

  std::uint16_t port() const { return gateway_->port(); }

  idle_counter journal;

private:
  static net::server_options options(std::int64_t idle, std::int64_t ping) {
    net::server_options result;
    result.idle_timeout_ms = idle;
    result.ping_interval_ms = ping;
    result.close_timeout_ms = close_ms;
    return result;
  }

  net::system_clock clock_;
  net::system_random random_;
  net::hmac_signer signer_{"a secret for this test alone"};
  net::ice_servers ice_{{}};
  net::readiness ready_;
  ports world_{&clock_, &random_, &signer_, &ice_, &journal, &ready_};
  net::reactor_pool reactors_{1};
  std::optional<net::gateway> gateway_;
  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
  directory_actor directory_;
  net::gateway_actor speaker_;
};

BOOST_AUTO_TEST_CASE(silence_ends_a_connection_and_a_pong_breaks_it) {
  impatient_server server;
  phoenix_client quiet{server.port()}, silent{server.port()}, deaf{server.port()};
  quiet.join("lobby", "answers pings");
  silent.join("lobby", "answers none");
  deaf.join("lobby", "does not even read");
  silent.socket.answers_pings = false;
  deaf.socket.reads = false;
  const auto begun = steady::now();
  const auto until = soon();
  while (!silent.socket.is_over()) {
    BOOST_REQUIRE(steady::now() < until);
    quiet.socket.socket().wait(true, false, steady::now() + 50ms);
    quiet.catch_up();
    silent.catch_up();
  }
  // What it said last was its join, a moment before we looked at the time.
  BOOST_TEST((steady::now() - begun > std::chrono::milliseconds{idle_ms - ping_ms}));
  BOOST_TEST(silent.socket.close_code().value_or(0) == 1001);
  BOOST_TEST(silent.socket.close_reason() == "idle timeout");
  BOOST_TEST(silent.socket.ping_count() > 1u);

  quiet.expect_leave_of(deaf.self_id);
  BOOST_TEST(quiet.socket.ping_count() > 1u);
  BOOST_TEST(quiet.beats());
  BOOST_TEST(server.journal.count == 2);
}

/// A server looks after the deadlines of those who have any. These have had none for long.
BOOST_AUTO_TEST_CASE(who_was_at_ease_for_long_meets_a_new_deadline) {
  impatient_server server{never_ms, never_ms};
  phoenix_client client{server.port()};
  client.join("lobby", "at ease");
  client.socket.answers_close = false;
  const auto at_ease_until = steady::now() + 2'500ms;
  while (steady::now() < at_ease_until) {
    client.socket.socket().wait(true, false, at_ease_until);
    client.catch_up();
  }
  client.socket.send_text("[");
  BOOST_TEST(client.socket.await_end() == 1007);
  BOOST_TEST(client.socket.close_reason() == "malformed message");
}
