// Goal: a participant whose connection is cut, at whatever moment, misses nothing
// and repeats nothing, in either direction; and a token is worth what it says.
#define BOOST_TEST_MODULE greenroom_net_resume_socket
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <memory>

#include <poll.h>

#include "tests/support/resuming_client.hpp"
#include "tests/support/stopping_server.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom::test;

// -- cut at random moments ----------------------------------------------------------

/// Ann, Bob and Carl all signal and chat with each other. Ann's connection is cut
/// again and again, now and then Bob's too; Carl's never.
class call {
public:
  call(std::uint16_t port, std::uint64_t seed) : random_(seed) {
    for (const char* name : {"Ann", "Bob", "Carl"}) {
      members_.push_back(std::make_unique<resuming_client>(port, "lobby", name));
      members_.back()->enter();
    }
  }

  void cut_ann(int count) {
    const auto until = steady::now() + 8 * patience;
    for (auto left = random_() % 40; count > 0; --left) {
      BOOST_REQUIRE(steady::now() < until);
      say_something();
      wait();
      for (auto& member : members_)
        member->go_on();
      if (left > 0)
        continue;
      // Some cuts come upon more than the server can have read by then.
      for (auto burst = random_() % 4 == 0 ? 100 : 0; burst > 0; --burst)
        say_something();
      members_[0]->cut_off(static_cast<cut>(random_() % cut_count), random_);
      if (random_() % 4 == 0)
        members_[1]->cut_off(static_cast<cut>(random_() % cut_count), random_);
      // Now and then the next cut comes at once, with the join still on its way.
      left = random_() % 4 == 0 ? 1 : 1 + random_() % 40;
      --count;
    }
  }

  void settle() {
    for (const auto until = soon(); !all_is_heard();) {
      BOOST_REQUIRE_MESSAGE(steady::now() < until, "not all was heard");
      wait();
      for (auto& member : members_)
        member->go_on();
    }
  }

  void check() {
    for (const auto& member : members_) {
      for (const auto& fault : member->faults)
        BOOST_ERROR(fault);
      BOOST_TEST((member->heard == expected_[member.get()]));
    }
    BOOST_TEST(members_[0]->resumed_count > 0u);
  }

private:
  /// Each of them says something to somebody, sometimes to all.
  void say_something() {
    for (auto& from : members_) {
      const auto text = std::to_string(++said_count_);
      if (random_() % 8 == 0) {
        from->push("chat:msg", object({{"text", quoted(text)}}));
        for (auto& to : members_)
          expected_[to.get()][{from->self_id(), "chat:msg"}].push_back(text);
        continue;
      }
      auto& to = members_[random_() % members_.size()];
      if (to == from)
        continue;
      const bool is_offer = random_() % 4 == 0;
      const auto event = is_offer ? "signal:offer" : "signal:ice";
      const auto field = is_offer ? "sdp" : "candidate";
      from->push(event,
                 object({{"to_id", quoted(to->self_id())}, {field, quoted(text)}}));
      expected_[to.get()][{from->self_id(), event}].push_back(text);
    }
  }

  /// For something to read, or a moment.
  void wait() {
    std::vector<pollfd> entries;
    for (auto& member : members_)
      entries.push_back({member->handle(), POLLIN, 0});
    ::poll(entries.data(), entries.size(), 1);
  }

  bool all_is_heard() {
    for (const auto& member : members_) {
      if (!member->has_said_all())
        return false;
      for (const auto& [what, texts] : expected_[member.get()])
        if (member->heard[what].size() < texts.size())
          return false;
    }
    return true;
  }

  std::mt19937_64 random_;
  std::vector<std::unique_ptr<resuming_client>> members_;
  std::map<resuming_client*, decltype(resuming_client::heard)> expected_;
  int said_count_ = 0;
};

/// The default is as good as any other; a soak run tries many.
static std::uint64_t seed() {
  const char* given = std::getenv("GREENROOM_TEST_SEED");
  return given ? std::strtoull(given, nullptr, 10) : 20;
}

BOOST_DATA_TEST_CASE(cut_two_hundred_times_and_nothing_is_missed_or_doubled,
                     data::make({"--reactors=1", "--reactors=3"}), reactors) {
  stopping_server server{{reactors}};
  call talk{server.port(), seed()};
  talk.cut_ann(200);
  talk.settle();
  talk.check();
}

// -- what a token is worth ------------------------------------------------------------

static std::string resuming(const std::string& token, std::int64_t last_seq = 0) {
  return object({{"display_name", quoted("Ann")},
                 {"resume", quoted(token)},
                 {"last_seq", std::to_string(last_seq)}});
}

/// Somebody stays in the room, so that it lives on.
struct scene {
  stopping_server server{{"--resume.window=2s"}};
  phoenix_client bob{server.port()};
  phoenix_client ann{server.port()};
  json first = (bob.join("lobby", "Bob"), ann.join_with("lobby", resuming("")));
  std::string token = first.text("/resume_token");
};

BOOST_FIXTURE_TEST_CASE(a_first_join_is_not_resumed, scene) {
  BOOST_TEST(!first.truth("/resumed"));
  BOOST_TEST(first.number("/received") == 0);
  BOOST_TEST(!token.empty());
}

BOOST_FIXTURE_TEST_CASE(who_did_not_ask_gets_no_token, scene) {
  phoenix_client carl{server.port()};
  BOOST_TEST(!carl.join("lobby", "Carl").has("/resume_token"));
  ann.offer(carl.self_id, "v=0");
  BOOST_TEST(!carl.expect("signal:offer").payload.has("/seq"));
}

BOOST_FIXTURE_TEST_CASE(what_was_missed_is_heard_after_the_roster, scene) {
  ann.socket.socket().abort();
  bob.offer(ann.self_id, "missed");
  bob.say("missed too");
  bob.expect("chat:msg");
  phoenix_client back{server.port()};
  const auto reply = back.join_with("lobby", resuming(token, first.number("/seq")));
  BOOST_TEST(reply.truth("/resumed"));
  BOOST_TEST(reply.text("/replay") == "complete");
  BOOST_TEST(back.self_id == ann.self_id);
  std::vector<std::string> events;
  for (int count = 0; count < 3; ++count)
    events.push_back(back.expect([](const auto&) { return true; }, "anything").event);
  const std::vector<std::string> in_order{"presence_state", "signal:offer", "chat:msg"};
  BOOST_TEST(events == in_order, boost::test_tools::per_element());
  // Nobody saw it go, nor come back.
  BOOST_TEST(bob.beats());
  for (const auto& frame : bob.catch_up())
    BOOST_TEST(!frame.payload.has(("/leaves/" + ann.self_id).c_str()));
}

/// @returns Whether somebody with this token gets Ann's seat.
static bool resumes(scene& s, const std::string& token,
                    const std::string& room = "lobby") {
  phoenix_client somebody{s.server.port()};
  const auto reply = somebody.join_with(room, resuming(token));
  BOOST_TEST(reply.truth("/resumed") == (somebody.self_id == s.ann.self_id));
  somebody.leave();
  return reply.truth("/resumed");
}

BOOST_FIXTURE_TEST_CASE(a_forged_or_foreign_token_joins_anew, scene) {
  auto forged = token;
  auto& digit = forged[forged.size() / 3];
  digit = digit == 'A' ? 'B' : 'A';
  BOOST_TEST(!resumes(*this, forged));
  BOOST_TEST(!resumes(*this, token + "A"));
  BOOST_TEST(!resumes(*this, token.substr(1)));
  BOOST_TEST(!resumes(*this, "rubbish"));
  BOOST_TEST(!resumes(*this, std::string(10'000, 'A')));
  BOOST_TEST(!resumes(*this, token, "another room"));
  stopping_server other;
  phoenix_client stranger{other.port()};
  BOOST_TEST(
    !resumes(*this, stranger.join_with("lobby", resuming("")).text("/resume_token")));
  BOOST_TEST(ann.beats());
  BOOST_TEST(resumes(*this, token)); // The genuine one works, all the same.
}

BOOST_FIXTURE_TEST_CASE(a_token_expires_with_its_seat, scene) {
  ann.socket.socket().abort();
  bob.expect_leave_of(ann.self_id);
  BOOST_TEST(!resumes(*this, token));
}

BOOST_FIXTURE_TEST_CASE(a_leave_voids_the_token, scene) {
  ann.leave();
  BOOST_TEST(!resumes(*this, token));
}

BOOST_FIXTURE_TEST_CASE(one_token_on_two_sockets_leaves_one_seat, scene) {
  phoenix_client second{server.port()}, third{server.port()};
  second.ask_to_join("lobby", resuming(token));
  third.ask_to_join("lobby", resuming(token));
  const auto replies = {second.expect_reply(second.join_ref),
                        third.expect_reply(third.join_ref)};
  for (const auto& reply : replies)
    BOOST_TEST(reply.text("/response/self_id") == ann.self_id);
  ann.expect("phx_close");
  // The server may have heard them in either order; the one it heard last stays.
  phoenix_client late{server.port()};
  const auto roster = late.join("lobby", "late").document()["presence"].MemberCount();
  BOOST_TEST(roster == 3u); // Ann, Bob and the latecomer.
  int open_count = 0;
  for (auto* each : {&second, &third}) {
    BOOST_TEST(each->beats());
    bool is_closed = false;
    for (const auto& frame : each->catch_up())
      is_closed = is_closed || frame.event == "phx_close";
    open_count += !is_closed;
  }
  BOOST_TEST(open_count == 1);
}

BOOST_FIXTURE_TEST_CASE(a_second_join_with_a_void_token_leaves_no_ghost, scene) {
  auto former = ann.self_id;
  // A ghost of each would fill the room.
  for (const auto* worthless : {"rubbish", "AAAA", "more rubbish", "and more"}) {
    const auto reply = ann.join_with("lobby", resuming(worthless));
    BOOST_TEST(!reply.truth("/resumed"));
    BOOST_TEST(reply.document()["presence"].MemberCount() == 2u);
    BOOST_TEST(!reply.has(("/presence/" + former).c_str()));
    bob.expect_leave_of(former);
    former = ann.self_id;
  }
  // Nor does a genuine one of somebody else.
  phoenix_client carl{server.port()};
  const auto other = carl.join_with("lobby", resuming("")).text("/resume_token");
  const auto reply = ann.join_with("lobby", resuming(other));
  BOOST_TEST(reply.truth("/resumed"));
  BOOST_TEST(ann.self_id == carl.self_id);
  bob.expect_leave_of(former);
}
