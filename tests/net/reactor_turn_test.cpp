// Goal: a turn is one handler and the actors that it woke, and has an end.
#define BOOST_TEST_MODULE greenroom_net_reactor_turn
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include "net/reactor.hpp"
#include "net/reactor_coordinator.hpp"

using namespace greenroom;
using namespace std::chrono_literals;

namespace {

/// Far above what anything here takes, also under sanitizers on a busy machine.
constexpr auto patience = 60s;

struct begin {};

template <class T>
bool arrives(std::future<T>& future) {
  return future.wait_for(patience) == std::future_status::ready;
}

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(begin)

namespace {

class hearer : public caf::event_based_actor {
public:
  hearer(caf::actor_config& config, std::string* course)
    : caf::event_based_actor(config), course_(course) {}

  caf::behavior make_behavior() override {
    return {[this](begin) { *course_ += "heard"; }};
  }

private:
  std::string* course_;
};

} // namespace

BOOST_AUTO_TEST_CASE(each_handler_has_a_turn_of_its_own) {
  std::string course;
  std::promise<void> done;
  auto ended = done.get_future();
  net::reactor_pool reactors{1};
  reactors[0].at_turn_end([&] {
    course += '.';
    if (course == "ab." || course == "a.b.")
      done.set_value();
  });
  reactors[0].watcher().post([&] { course += 'a'; });
  reactors[0].watcher().post([&] { course += 'b'; });
  reactors.start();
  BOOST_REQUIRE(arrives(ended));
  reactors.stop();
  BOOST_TEST(course.starts_with("a.b."));
}

/// Mail that a handler brings is read before the turn ends.
BOOST_AUTO_TEST_CASE(turn_ends_when_actors_had_theirs) {
  net::reactor_pool reactors{1};
  std::promise<std::string> done;
  auto course = done.get_future();
  std::string so_far;
  reactors[0].at_turn_end([&] {
    if (!so_far.empty())
      done.set_value(std::exchange(so_far, {}) + '.');
  });
  caf::actor_system_config config;
  net::run_actors_on(reactors, config);
  caf::actor_system system{config};
  system.await_actors_before_shutdown(false);
  const auto hearing = system.spawn<hearer>(&so_far);
  reactors[0].watcher().post([&] {
    so_far += "said ";
    caf::anon_send(hearing, begin{});
  });
  BOOST_REQUIRE(arrives(course));
  BOOST_TEST(course.get() == "said heard.");
}

/// Nothing happens but what starts it.
BOOST_AUTO_TEST_CASE(who_busy_polls_does_not_sleep) {
  constexpr int many = 1'000;
  int turn_count = 0;
  std::promise<void> done;
  auto ended = done.get_future();
  net::reactor_pool reactors{1, 1h};
  reactors[0].at_turn_end([&] {
    if (++turn_count == many)
      done.set_value();
  });
  reactors[0].watcher().post([] {});
  reactors.start();
  BOOST_TEST(arrives(ended));
  reactors.stop();
}

BOOST_AUTO_TEST_CASE(who_has_busy_polled_sleeps) {
  std::atomic<int> turn_count = 0;
  net::reactor_pool reactors{1, 1ms};
  reactors[0].at_turn_end([&] { ++turn_count; });
  reactors[0].watcher().post([] {});
  reactors.start();
  const auto deadline = std::chrono::steady_clock::now() + patience;
  bool is_asleep = false;
  while (!is_asleep && std::chrono::steady_clock::now() < deadline) {
    const int before = turn_count;
    std::this_thread::sleep_for(50ms); // What is measured, not a synchronisation.
    is_asleep = before > 0 && before == turn_count;
  }
  BOOST_TEST(is_asleep);
  reactors.stop();
}
