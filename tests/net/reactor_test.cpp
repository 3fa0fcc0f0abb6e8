// Goal: actors on reactors behave as on CAF's own schedulers, and neither
// actors nor I/O can keep the other from running.
#define BOOST_TEST_MODULE greenroom_net_reactor
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <ctime>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/after.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/settings.hpp>
#include <caf/stateful_actor.hpp>

#include "net/reactor.hpp"
#include "net/reactor_coordinator.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom;
using namespace std::chrono_literals;

namespace {

/// Far above what anything here takes, also under sanitizers on a busy machine.
constexpr auto patience = 60s;

struct number {
  int value = 0;
};
struct begin {};
struct ball {
  int bounces_left = 0;
};

template <class T>
bool arrives(std::future<T>& future) {
  return future.wait_for(patience) == std::future_status::ready;
}

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(number)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(begin)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ball)

namespace {

/// An actor system on reactors of its own, stopped when it goes out of scope.
class node {
public:
  explicit node(std::size_t reactor_count) : reactors(reactor_count) {
    net::run_actors_on(reactors, config_);
    system_.emplace(config_);
    system_->await_actors_before_shutdown(false);
  }

  caf::actor_system& system() { return *system_; }

  net::reactor_pool reactors;

private:
  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
};

/// Counts how many of it exist, to see that none is left behind.
class counted {
public:
  explicit counted(std::atomic<int>& count) : count_(&count) { ++*count_; }
  counted(const counted& other) : count_(other.count_) { ++*count_; }
  counted& operator=(const counted&) = delete;
  ~counted() { --*count_; }

private:
  std::atomic<int>* count_;
};

/// Hears numbers; tells whether each came after the one before it.
class listener : public caf::event_based_actor {
public:
  listener(caf::actor_config& config, int expected_count, std::promise<bool>* finish)
    : caf::event_based_actor(config), expected_count_(expected_count), finish_(finish) {}

  caf::behavior make_behavior() override {
    return {[this](const number& heard) {
      in_order_ = in_order_ && heard.value == heard_count_;
      if (++heard_count_ == expected_count_)
        finish_->set_value(in_order_);
    }};
  }

private:
  int expected_count_;
  std::promise<bool>* finish_;
  int heard_count_ = 0;
  bool in_order_ = true;
};

/// Sends numbers, a few per turn, so that others run in between.
class speaker : public caf::event_based_actor {
public:
  speaker(caf::actor_config& config, caf::actor to, int count)
    : caf::event_based_actor(config), to_(std::move(to)), count_(count) {}

  caf::behavior make_behavior() override {
    send(this, begin{});
    return {[this](const begin&) {
      for (int round = 0; round < 10 && said_ < count_; ++round)
        send(to_, number{said_++});
      if (said_ < count_)
        send(this, begin{});
    }};
  }

private:
  caf::actor to_;
  int count_;
  int said_ = 0;
};

/// Returns every ball until it has bounced often enough.
class player : public caf::event_based_actor {
public:
  player(caf::actor_config& config, std::atomic<int>* finished, int expected,
         std::promise<void>* finish)
    : caf::event_based_actor(config),
      finished_(finished),
      expected_(expected),
      finish_(finish) {}

  caf::behavior make_behavior() override {
    return {[this](const ball& thrown) {
              if (thrown.bounces_left > 0)
                send(caf::actor_cast<caf::actor>(current_sender()),
                     ball{thrown.bounces_left - 1});
              else if (++*finished_ == expected_)
                finish_->set_value();
            },
            [this](const begin&, const caf::actor& other) { send(other, ball{100}); }};
  }

private:
  std::atomic<int>* finished_;
  int expected_;
  std::promise<void>* finish_;
};

/// Never lets its mailbox run dry.
class flooder : public caf::event_based_actor {
public:
  flooder(caf::actor_config& config, counted alive)
    : caf::event_based_actor(config), alive_(alive) {}

  caf::behavior make_behavior() override {
    send(this, begin{});
    send(this, begin{});
    return {[this](const begin&) { send(this, begin{}); }};
  }

private:
  counted alive_;
};

struct idler_state {
  std::optional<counted> alive;
};

/// Does nothing but exist. CAF destroys its state only if it ends properly.
class idler : public caf::stateful_actor<idler_state> {
public:
  idler(caf::actor_config& config, counted alive)
    : caf::stateful_actor<idler_state>(config) {
    state.alive.emplace(alive);
  }

  caf::behavior make_behavior() override {
    return {[](const begin&) {}};
  }
};

struct timeouts_seen {
  int requests = 0, answers = 0, silences = 0;
};

/// Answers every other request.
class half_deaf : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[this](const number& asked) {
      auto answer = make_response_promise(); // Says nothing when it is dropped.
      if (asked.value % 2 == 0)
        answer.deliver(asked);
    }};
  }
};

/// Asks a hundred times, then waits until nothing has come for a while.
class asker : public caf::event_based_actor {
public:
  asker(caf::actor_config& config, caf::actor whom, std::promise<timeouts_seen>* finish)
    : caf::event_based_actor(config), whom_(std::move(whom)), finish_(finish) {}

  caf::behavior make_behavior() override {
    for (int value = 0; value < 100; ++value)
      request(whom_, 50ms, number{value})
        .then([this](const number&) { note(&timeouts_seen::answers); },
              [this](const caf::error& why) {
                if (why == caf::sec::request_timeout)
                  note(&timeouts_seen::requests);
              });
    return {[this](const begin&) { send(this, begin{}); }, caf::after(200ms) >>
                                                             [this] {
                                                               ++seen_.silences;
                                                               finish_->set_value(seen_);
                                                               quit();
                                                             }};
  }

private:
  void note(int timeouts_seen::*what) { ++(seen_.*what); }

  caf::actor whom_;
  std::promise<timeouts_seen>* finish_;
  timeouts_seen seen_;
};

/// Tells on which reactor it was when mail came.
class witness : public caf::event_based_actor {
public:
  witness(caf::actor_config& config, std::promise<net::reactor*>* where)
    : caf::event_based_actor(config), where_(where) {}

  caf::behavior make_behavior() override {
    return {[this](const begin&) { where_->set_value(net::reactor::current()); }};
  }

private:
  std::promise<net::reactor*>* where_;
};

const auto reactor_counts = data::make({1, 3});
const auto repetitions = data::xrange(20);

} // namespace

BOOST_DATA_TEST_CASE(order_holds_within_a_pair, reactor_counts* repetitions, count,
                     repetition) {
  boost::ignore_unused(repetition);
  std::promise<bool> done;
  auto in_order = done.get_future();
  node local{static_cast<std::size_t>(count)};
  auto hearing = local.system().spawn<listener>(2000, &done);
  auto speaking = local.system().spawn<speaker>(hearing, 2000);
  BOOST_REQUIRE(arrives(in_order));
  BOOST_TEST(in_order.get());
}

BOOST_DATA_TEST_CASE(order_holds_from_outside, reactor_counts* repetitions, count,
                     repetition) {
  boost::ignore_unused(repetition);
  std::promise<bool> done;
  auto in_order = done.get_future();
  node local{static_cast<std::size_t>(count)};
  auto hearing = local.system().spawn<listener>(2000, &done);
  for (int value = 0; value < 2000; ++value)
    caf::anon_send(hearing, number{value});
  BOOST_REQUIRE(arrives(in_order));
  BOOST_TEST(in_order.get());
}

BOOST_DATA_TEST_CASE(thousands_of_actors_talk, reactor_counts, count) {
  constexpr int pair_count = 2000;
  std::atomic<int> finished = 0;
  std::promise<void> done;
  auto all = done.get_future();
  node local{static_cast<std::size_t>(count)};
  std::vector<caf::actor> players;
  for (int at = 0; at < 2 * pair_count; ++at)
    players.push_back(local.system().spawn<player>(&finished, pair_count, &done));
  for (int at = 0; at < pair_count; ++at)
    caf::anon_send(players[2 * at], begin{}, players[2 * at + 1]);
  BOOST_TEST(arrives(all));
  BOOST_TEST(finished == pair_count);
}

BOOST_DATA_TEST_CASE(actor_runs_where_its_mail_comes_from, data::xrange(3), at) {
  node local{3};
  std::promise<net::reactor*> where;
  auto answer = where.get_future();
  // Lazily, as its first turn would be on whichever reactor is next.
  auto watching = local.system().spawn<witness, caf::lazy_init>(&where);
  auto& chosen = local.reactors[static_cast<std::size_t>(at)];
  chosen.watcher().post([&] { caf::anon_send(watching, begin{}); });
  BOOST_REQUIRE(arrives(answer));
  BOOST_TEST(answer.get() == &chosen);
}

BOOST_DATA_TEST_CASE(delayed_mail_comes_in_order_of_its_time, reactor_counts, count) {
  std::promise<bool> done;
  auto in_order = done.get_future();
  node local{static_cast<std::size_t>(count)};
  auto hearing = local.system().spawn<listener>(3, &done);
  const auto start = std::chrono::steady_clock::now();
  caf::delayed_anon_send(hearing, 120ms, number{2});
  caf::delayed_anon_send(hearing, 60ms, number{1});
  caf::delayed_anon_send(hearing, 1ms, number{0});
  BOOST_REQUIRE(arrives(in_order));
  BOOST_TEST(in_order.get());
  BOOST_TEST((std::chrono::steady_clock::now() - start >= 120ms));
}

BOOST_DATA_TEST_CASE(timeouts_come_unless_they_are_cancelled, reactor_counts, count) {
  std::promise<timeouts_seen> done;
  auto answer = done.get_future();
  node local{static_cast<std::size_t>(count)};
  auto asked = local.system().spawn<half_deaf>();
  auto asking = local.system().spawn<asker>(asked, &done);
  BOOST_REQUIRE(arrives(answer));
  const auto seen = answer.get();
  BOOST_TEST(seen.answers == 50);
  BOOST_TEST(seen.requests == 50);
  BOOST_TEST(seen.silences == 1);
}

BOOST_DATA_TEST_CASE(flooding_actors_do_not_starve_io, reactor_counts, count) {
  std::atomic<int> alive = 0;
  std::promise<void> done;
  auto all = done.get_future();
  node local{static_cast<std::size_t>(count)};
  for (int at = 0; at < 4 * count; ++at)
    caf::anon_send(local.system().spawn<flooder>(counted{alive}), begin{});
  auto& context = local.reactors[0].context();
  auto timer = std::make_shared<boost::asio::steady_timer>(context);
  int ticks_left = 20;
  std::function<void(boost::system::error_code)> on_tick =
    [&](boost::system::error_code) {
      if (--ticks_left == 0)
        return done.set_value();
      timer->expires_after(1ms);
      timer->async_wait(on_tick);
    };
  local.reactors[0].watcher().post([&] { on_tick({}); });
  BOOST_TEST(arrives(all));
}

BOOST_DATA_TEST_CASE(flooding_io_does_not_starve_actors, reactor_counts, count) {
  std::promise<bool> done;
  auto heard = done.get_future();
  node local{static_cast<std::size_t>(count)};
  std::atomic<bool> flooding = true;
  std::function<void(net::reactor&)> flood = [&](net::reactor& here) {
    if (flooding)
      here.watcher().post([&] { flood(here); });
  };
  for (auto& each : local.reactors)
    for (int copies = 0; copies < 200; ++copies)
      flood(*each);
  auto hearing = local.system().spawn<listener>(500, &done);
  auto speaking = local.system().spawn<speaker>(hearing, 500);
  BOOST_TEST(arrives(heard));
  flooding = false;
}

BOOST_AUTO_TEST_CASE(idle_reactors_sleep) {
  node local{3};
  std::promise<bool> done;
  auto heard = done.get_future();
  caf::anon_send(local.system().spawn<listener>(1, &done), number{0});
  BOOST_REQUIRE(arrives(heard));
  timespec before{}, after{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
  std::this_thread::sleep_for(200ms); // What is measured, not a synchronisation.
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
  const auto used_ms = (after.tv_sec - before.tv_sec) * 1000
                       + (after.tv_nsec - before.tv_nsec) / 1'000'000;
  BOOST_TEST(used_ms < 100);
}

BOOST_DATA_TEST_CASE(stops_while_busy, reactor_counts* repetitions, count, repetition) {
  std::atomic<int> alive = 0;
  {
    node local{static_cast<std::size_t>(count)};
    auto& system = local.system();
    for (int at = 0; at < 200; ++at) {
      caf::anon_send(system.spawn<flooder>(counted{alive}), begin{});
      const auto idle = system.spawn<idler>(counted{alive});
      // Mail that is due during the stop, and mail that never will be.
      caf::delayed_anon_send(idle, std::chrono::milliseconds{at % 5}, begin{});
      caf::delayed_anon_send(idle, 1h, begin{});
    }
    if (repetition % 2 == 0) // Half of the runs stop before all have begun.
      std::this_thread::sleep_for(std::chrono::milliseconds{repetition});
  }
  BOOST_TEST(alive == 0);
}

BOOST_DATA_TEST_CASE(ends_actors_that_never_ran, reactor_counts, count) {
  std::atomic<int> alive = 0;
  {
    node local{static_cast<std::size_t>(count)};
    local.reactors.stop(); // From here on, mail only piles up.
    for (int at = 0; at < 1000; ++at)
      caf::anon_send(local.system().spawn<idler>(counted{alive}), begin{});
  }
  BOOST_TEST(alive == 0);
}

BOOST_AUTO_TEST_CASE(pool_without_actors_runs_io) {
  net::reactor_pool reactors{2};
  reactors.start();
  std::promise<void> done;
  auto ran = done.get_future();
  reactors[1].watcher().post([&] { done.set_value(); });
  BOOST_TEST(arrives(ran));
  reactors.stop();
}

BOOST_DATA_TEST_CASE(other_schedulers_stay_selectable,
                     data::make({caf::atom_uint("sharing"), caf::atom_uint("stealing")}),
                     policy) {
  caf::actor_system_config config;
  config.set("scheduler.policy", static_cast<caf::atom_value>(policy));
  net::reactor_pool reactors{1};
  caf::actor_system system{config};
  system.await_actors_before_shutdown(false);
  reactors.start();
  std::promise<net::reactor*> where;
  auto answer = where.get_future();
  auto watching = system.spawn<witness>(&where);
  reactors[0].watcher().post([&] { caf::anon_send(watching, begin{}); });
  BOOST_REQUIRE(arrives(answer));
  BOOST_TEST(answer.get() == nullptr);
  reactors.stop();
}
