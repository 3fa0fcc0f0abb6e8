// Goal: whoever sleeps in a poller is woken by all that concerns it, and by nothing twice.
#define BOOST_TEST_MODULE greenroom_net_poller
#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include "net/poller.hpp"

using namespace greenroom;

namespace {

/// Two ends of one connection, of which a poller may watch `here`.
struct socket_pair {
  int here = -1, there = -1;
  socket_pair() {
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data())
                  == 0);
    here = ends[0];
    there = ends[1];
  }
  ~socket_pair() {
    ::close(here);
    ::close(there);
  }
  socket_pair(const socket_pair&) = delete;
  socket_pair& operator=(const socket_pair&) = delete;

  void say(char what) const { BOOST_REQUIRE(::write(there, &what, 1) == 1); }
};

struct listener final : net::pollable {
  int readable_count = 0;
  bool is_ended = false;
  std::function<void()> when_readable = [] {};

  void on_readable(bool is_end) override {
    ++readable_count;
    is_ended = is_end;
    when_readable();
  }
  void on_writable() override {}
};

} // namespace

BOOST_AUTO_TEST_CASE(each_change_is_told_once) {
  boost::asio::io_context io;
  net::poller watcher{io};
  socket_pair sockets;
  listener who;
  BOOST_REQUIRE(watcher.add(sockets.here, who));
  watcher.run_once(false);
  BOOST_TEST(who.readable_count == 0);
  sockets.say('a');
  watcher.run_once(true);
  watcher.run_once(false);
  BOOST_TEST(who.readable_count == 1, "though nobody has read it");
  sockets.say('b');
  watcher.run_once(true);
  BOOST_TEST(who.readable_count == 2);
  BOOST_TEST(!who.is_ended);
  ::shutdown(sockets.there, SHUT_WR);
  watcher.run_once(true);
  BOOST_TEST(who.is_ended);
}

BOOST_AUTO_TEST_CASE(who_leaves_hears_nothing_of_what_is_known) {
  boost::asio::io_context io;
  net::poller watcher{io};
  socket_pair first_pair, second_pair;
  listener first, second;
  BOOST_REQUIRE(watcher.add(first_pair.here, first));
  BOOST_REQUIRE(watcher.add(second_pair.here, second));
  // Whoever is told first has the other one leave.
  first.when_readable = [&] { watcher.remove(second_pair.here, second); };
  second.when_readable = [&] { watcher.remove(first_pair.here, first); };
  first_pair.say('a');
  second_pair.say('b');
  for (int turn = 0; turn < 3; ++turn)
    watcher.run_once(false);
  BOOST_TEST(first.readable_count + second.readable_count == 1);
}

/// Asio waits in the kernel on its own; nobody else tells of it.
BOOST_AUTO_TEST_CASE(a_timer_of_asio_ends_sleep) {
  boost::asio::io_context io;
  const auto keep_running = boost::asio::make_work_guard(io);
  net::poller watcher{io};
  int count = 0;
  boost::asio::steady_timer timer{io};
  for (int round = 1; round <= 20; ++round) {
    timer.expires_after(std::chrono::milliseconds{1});
    timer.async_wait([&](boost::system::error_code error) { count += !error; });
    while (count < round)
      watcher.run_once(true);
  }
  BOOST_TEST(count == 20);
}

/// What Asio tells itself at the start must not look like news for ever.
BOOST_AUTO_TEST_CASE(nothing_happens_where_nothing_is_watched) {
  boost::asio::io_context io;
  const auto keep_running = boost::asio::make_work_guard(io);
  net::poller watcher{io};
  for (int turn = 0; turn < 3; ++turn)
    watcher.run_once(false);
  std::atomic<bool> is_awake = false;
  std::thread sleeper{[&] {
    watcher.run_once(true);
    is_awake = true;
  }};
  std::this_thread::sleep_for(std::chrono::milliseconds{50}); // What is tried itself.
  BOOST_TEST(!is_awake);
  watcher.post([] {});
  sleeper.join();
}

/// A post that comes just as its thread falls asleep would be heard by nobody.
BOOST_AUTO_TEST_CASE(no_post_is_slept_through) {
  constexpr int round_count = 2'000;
  boost::asio::io_context io;
  const auto keep_running = boost::asio::make_work_guard(io);
  net::poller watcher{io};
  std::atomic<int> heard = 0;
  std::thread sleeper{[&] {
    while (heard < round_count)
      watcher.run_once(true);
  }};
  for (int round = 0; round < round_count; ++round) {
    watcher.post([&] {
      ++heard;
      heard.notify_one();
    });
    if (round % 3 != 0) // Sometimes two at once.
      for (int known = heard; known <= round; known = heard)
        heard.wait(known);
  }
  sleeper.join();
  BOOST_TEST(heard == round_count);
}

BOOST_AUTO_TEST_CASE(posts_have_a_turn_each) {
  boost::asio::io_context io;
  const auto keep_running = boost::asio::make_work_guard(io);
  net::poller watcher{io};
  int count = 0;
  for (int post = 0; post < 3; ++post)
    watcher.post([&] { ++count; });
  for (int turn = 1; turn <= 3; ++turn) {
    watcher.run_once(true); // It does not sleep while there is something to do.
    BOOST_TEST(count == turn);
  }
}
