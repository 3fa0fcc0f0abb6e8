// Goal: a dropped connection costs its participant nothing, in either direction,
// whenever it drops; and a token is worth only what it says.
#define BOOST_TEST_MODULE greenroom_actors_resume
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <random>

#include "actors/resume_tokens.hpp"
#include "protocol/session/resume_token.hpp"
#include "tests/actors/world.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom;
using namespace greenroom::test;

/// A participant with a client that resumes, as the protocol page tells it to.
struct persistent_client {
  client now;
  std::string token;
  std::uint64_t last_seq = 0;
  std::vector<std::string> outgoing; ///< All it ever wanted to say.
  std::size_t sent = 0;              ///< How much of it was sent so far.
  std::vector<std::string> heard;
  std::size_t read = 0; ///< How much of the outbox was read so far.

  void open(world& w) {
    now = w.join("lobby", true, token, last_seq);
    read = 0;
  }

  /// Reads what has arrived, up to `limit` words: the rest is lost with the
  /// connection, if it drops now.
  void catch_up(std::size_t limit = ~std::size_t{0}) {
    for (; read < now.outbox->heard.size() && limit > 0; ++read, --limit) {
      const auto& word = now.outbox->heard[read];
      if (const auto* opened = std::get_if<session_opened>(&word)) {
        token = opened->resume_token;
        sent = opened->seat->received;
        for (const auto& event : opened->seat->missed)
          hear(*event);
        last_seq = std::max(last_seq, opened->seat->seq);
      }
      if (const auto* event = std::get_if<shared_event>(&word))
        hear(**event);
    }
  }

  void hear(const room_event& event) {
    if (event.seq == 0)
      return;
    last_seq = event.seq;
    if (const auto* signal = std::get_if<signal_delivered>(&event.what))
      heard.emplace_back(std::get<session_description>(signal->what).sdp.escaped());
  }

  void flush(world& w, const participant_id& to) {
    for (; sent < outgoing.size(); ++sent)
      w.offer(now, to, outgoing[sent]);
  }
};

BOOST_DATA_TEST_CASE(cut_at_any_moment_loses_and_doubles_nothing, data::xrange(100),
                     seed) {
  world w{static_cast<std::uint64_t>(seed)};
  std::mt19937_64 random{static_cast<std::uint64_t>(seed)};
  persistent_client ann, bob;
  ann.open(w);
  bob.open(w);
  w.settle();
  ann.catch_up();
  bob.catch_up();
  const auto ann_id = ann.now.self(), bob_id = bob.now.self();
  for (int round = 0; round < 30; ++round) {
    for (auto* who : {&ann, &bob})
      who->outgoing.push_back(std::to_string(round) + (who == &ann ? "a" : "b"));
    ann.flush(w, bob_id);
    bob.flush(w, ann_id);
    w.run(random() % 12);
    if (random() % 3 == 0) { // Ann's connection drops, having read some of it.
      ann.catch_up(random() % 4);
      w.lose(ann.now);
      w.run(random() % 12);
      ann.open(w);
      w.settle();
      ann.catch_up();
      BOOST_TEST((ann.now.self() == ann_id));
      BOOST_TEST((ann.now.seat().replay == replay_outcome::complete));
      ann.flush(w, bob_id);
    }
  }
  w.settle();
  ann.catch_up();
  bob.catch_up();
  BOOST_TEST(ann.heard == bob.outgoing, boost::test_tools::per_element());
  BOOST_TEST(bob.heard == ann.outgoing, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(same_token_on_two_sockets_leaves_one_seat) {
  world w{1};
  auto first = w.join("lobby", true);
  w.settle();
  auto second = w.join("lobby", true, first.token()),
       third = w.join("lobby", true, first.token());
  w.settle();
  BOOST_TEST((second.self() == first.self()));
  BOOST_TEST((third.self() == first.self()));
  std::size_t ended = 0;
  for (const auto* who : {&first, &second, &third})
    if (const auto* last_word = who->outbox->only<session_ended>())
      ended += last_word->why == end_reason::superseded;
  BOOST_TEST(ended == 2u);
  auto other = w.join("lobby");
  w.settle();
  BOOST_TEST(other.seat().roster.size() == 2u);
}

BOOST_AUTO_TEST_CASE(suspended_participant_leaves_when_its_window_ends) {
  world w{1};
  auto stays = w.join("lobby"), drops = w.join("lobby", true);
  w.settle();
  const auto token = drops.token();
  w.lose(drops);
  w.pass(limits::resume_window_ms - 2000);
  BOOST_TEST(w.journal.lines.back() == "suspend");
  w.pass(3000);
  BOOST_TEST(w.journal.lines.back() == "leave:expired");
  auto back = w.join("lobby", true, token);
  w.settle();
  BOOST_TEST(!back.seat().resumed);
  BOOST_TEST((back.self() != drops.self()));
}

static bool resumes(world& w, const std::string& token,
                    const std::string& room = "lobby") {
  auto who = w.join(room, true, token);
  w.settle();
  return who.is_in() && who.seat().resumed;
}

BOOST_AUTO_TEST_CASE(seat_that_a_join_expires_is_logged_as_left) {
  room_limits limits;
  world w{1, limits};
  auto one = w.join("lobby", true);
  w.settle();
  w.lose(one);
  w.pass(limits.resume_window_ms - 500);
  w.join("lobby");
  w.run(2); // The join now waits before the room, and the room's tick behind it.
  w.leap(500);
  w.settle();
  const std::vector<std::string> expected{"join", "suspend", "leave:expired", "join"};
  std::erase(w.journal.lines, "presence_diff:joins 1, leaves 0");
  std::erase(w.journal.lines, "presence_diff:joins 0, leaves 1");
  BOOST_TEST(w.journal.lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(forged_foreign_and_expired_tokens_join_anew) {
  world w{1};
  auto ann = w.join("lobby", true);
  w.settle();
  auto forged = ann.token();
  forged[forged.size() / 2] = forged[forged.size() / 2] == 'A' ? 'B' : 'A';
  BOOST_TEST(!resumes(w, forged));
  BOOST_TEST(!resumes(w, "rubbish"));
  BOOST_TEST(!resumes(w, std::string(5000, 'A')));
  BOOST_TEST(!resumes(w, ann.token(), "another room"));
  const resume_claim claim{{"lobby"}, ann.self(), 1, w.clock.now(), w.clock.now() + 10};
  BOOST_TEST(!resumes(w, seal_token(claim, toy_signer{43}))); // Another cluster's secret.
  const auto short_lived = seal_token(claim, w.signer);
  w.pass(500);
  BOOST_TEST(!resumes(w, short_lived));
  BOOST_TEST(resumes(w, ann.token())); // And the genuine one still works.
}

BOOST_AUTO_TEST_CASE(one_address_cannot_fill_rooms_with_empty_seats) {
  room_limits limits;
  limits.capacity = 200;
  world w{1, limits};
  std::vector<client> crowd;
  for (std::size_t number = 0; number < limits::suspended_per_origin_max + 5; ++number)
    crowd.push_back(w.join("lobby", true));
  w.settle();
  for (auto& who : crowd)
    w.lose(who);
  w.settle();
  BOOST_TEST(std::ranges::count(w.journal.lines, "suspend")
             == static_cast<std::ptrdiff_t>(limits::suspended_per_origin_max));
  BOOST_TEST(std::ranges::count(w.journal.lines, "leave:lost") == 5);
}
