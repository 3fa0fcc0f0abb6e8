// Goal: whatever happens in a room, in whatever order, its guarantees hold.
// Method: random commands from a seed; each client folds what it hears into a
// view of its own, and the views are compared with the room after every step.
#define BOOST_TEST_MODULE greenroom_protocol_room_random
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <set>

#include "tests/protocol/room_fixture.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom;
using namespace greenroom::test;

/// What one client knows: never more than it was told.
struct client {
  person self;
  bool connected = true;
  bool resumable = false;
  std::uint64_t last_seq = 0;
  std::map<participant_id, presence_version> roster;
  std::vector<std::string> heard; ///< Numbered events, since the last resume too.
};

class crowd {
public:
  explicit crowd(std::uint64_t seed) : random_(seed) {
    fixture_.limits.capacity = fixture_.room.limits.capacity = 3;
  }

  void step() {
    fixture_.now += static_cast<instant>(random_() % 3000);
    const auto choice = random_() % 100;
    if (choice < 20 || clients_.empty())
      join();
    else if (choice < 28)
      with_connected([&](client& c) {
        fixture_.leave(c.self);
        spread(c.self.key.who);
        gone(c);
      });
    else if (choice < 40)
      with_connected([&](client& c) { drop(c); });
    else if (choice < 52)
      resume();
    else if (choice < 60) {
      fixture_.pass(1000);
      spread({});
    } else
      with_connected([&](client& c) { push(c); });
    check();
  }

private:
  void join() {
    const auto number = next_++;
    const bool resumable = random_() % 2 == 0;
    const auto self = fixture_.join(number, resumable);
    spread(id(number));
    if (self.key.attachment == 0) {
      BOOST_TEST(fixture_.room.seats.size() == 3u);
      return;
    }
    client fresh;
    fresh.self = self;
    fresh.resumable = resumable;
    enter(fresh);
    clients_.push_back(fresh);
    sent_[self.key.who];
  }

  void drop(client& c) {
    fixture_.suspend(c.self);
    spread(c.self.key.who);
    c.connected = false;
    if (!c.resumable)
      gone(c);
  }

  void resume() {
    std::vector<client*> away;
    for (auto& c : clients_)
      if (c.resumable && !find_gone(c))
        away.push_back(&c);
    if (away.empty())
      return;
    auto& c = *away[random_() % away.size()];
    const auto* seat = find_seat(fixture_.room, c.self.key.who);
    const bool has_seat
      = seat && seat->suspended_until.value_or(fixture_.now + 1) > fixture_.now;
    const auto before = c.self.key.who;
    const auto self = fixture_.resume(c.self, c.last_seq, next_++);
    spread(self.key.who);
    if (!has_seat) { // It expired: a stranger now, or refused.
      gone(c);
      if (self.key.attachment != 0) {
        BOOST_TEST(!fixture_.admitted()->resumed);
        fixture_.leave(self);
        spread(self.key.who);
      }
      return;
    }
    BOOST_TEST(fixture_.admitted()->resumed);
    BOOST_TEST((self.key.who == before));
    BOOST_TEST(fixture_.admitted()->received == pushed_[before]);
    c.self = self;
    c.connected = true;
    enter(c);
  }

  void enter(client& c) {
    const auto& seat = *fixture_.admitted();
    c.roster.clear();
    for (const auto& entry : seat.roster)
      c.roster[entry.who] = entry.version;
    for (const auto& event : seat.missed)
      hear(c, *event);
    c.last_seq = std::max(c.last_seq, seat.seq);
  }

  void push(client& c) {
    ++pushed_[c.self.key.who];
    const auto text = std::to_string(serial_++);
    switch (random_() % 3) {
      case 0: {
        auto& target = clients_[random_() % clients_.size()];
        const bool present = find_seat(fixture_.room, target.self.key.who);
        fixture_.offer(c.self, target.self, text);
        BOOST_TEST((text_of(fixture_.last).find("unknown_peer") == std::string::npos)
                   == present);
        break;
      }
      case 1: fixture_.chat(c.self, text); break;
      default: fixture_.push(c.self, update_media{{random_() % 2 == 0, true, false, {}}});
    }
    for (const auto& effect : fixture_.last)
      if (const auto* event = std::get_if<shared_event>(&effect.what);
          event && (*event)->seq)
        for (auto& [who, expected] : sent_)
          if (find_seat(fixture_.room, who)
              && (effect.to != audience::one || effect.who == who))
            expected.push_back(text_of(**event));
    spread(c.self.key.who);
  }

  /// Delivers the last effects as an actor would.
  void spread(const participant_id& from) {
    for (const auto& effect : fixture_.last)
      if (const auto* event = std::get_if<shared_event>(&effect.what))
        for (auto& c : clients_)
          if (c.connected && is_addressed(effect, c.self.key.who, from))
            hear(c, **event);
  }

  static bool is_addressed(const effect& effect, const participant_id& who,
                           const participant_id& from) {
    switch (effect.to) {
      case audience::sender: return who == from;
      case audience::everyone: return true;
      case audience::others: return who != effect.who;
      case audience::one: return who == effect.who;
      case audience::former: return false;
    }
    return false;
  }

  void hear(client& c, const room_event& event) {
    if (const auto* news = std::get_if<presence_changed>(&event.what)) {
      for (const auto& entry : news->joins)
        c.roster[entry.who] = entry.version;
      for (const auto& entry : news->leaves)
        if (c.roster.count(entry.who) && c.roster[entry.who] == entry.version)
          c.roster.erase(entry.who);
      return;
    }
    BOOST_TEST(event.seq > c.last_seq);
    c.last_seq = event.seq;
    c.heard.push_back(text_of(event));
  }

  template <class F>
  void with_connected(F action) {
    std::vector<client*> all;
    for (auto& c : clients_)
      if (c.connected)
        all.push_back(&c);
    if (!all.empty())
      action(*all[random_() % all.size()]);
  }

  void gone(client& c) {
    c.connected = false;
    c.resumable = false;
    left_.insert(c.self.key.who);
  }
  bool find_gone(const client& c) const { return left_.contains(c.self.key.who); }

  void check() {
    const auto& room = fixture_.room;
    BOOST_TEST(room.seats.size() <= 3u);
    std::map<participant_id, presence_version> truth;
    std::size_t suspended = 0;
    for (const auto& seat : room.seats) {
      truth[seat.shown.who] = seat.shown.version;
      suspended += seat.suspended_until.has_value();
    }
    BOOST_TEST(suspended == room.suspended_count);
    for (const auto& c : clients_)
      if (c.connected) {
        BOOST_TEST((c.roster == truth));
        BOOST_TEST(c.heard == sent_[c.self.key.who], boost::test_tools::per_element());
      }
  }

  room_fixture fixture_;
  std::mt19937_64 random_;
  std::vector<client> clients_;
  std::set<participant_id> left_;
  std::map<participant_id, std::uint64_t> pushed_;
  std::map<participant_id, std::vector<std::string>>
    sent_; ///< What each must have heard.
  std::uint64_t next_ = 1, serial_ = 1;
};

BOOST_DATA_TEST_CASE(guarantees_hold_in_any_order, data::xrange(150), seed) {
  crowd people{static_cast<std::uint64_t>(seed)};
  for (int step = 0; step < 200; ++step)
    people.step();
}
