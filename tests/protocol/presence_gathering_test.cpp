// Goal: in a wide room roster changes are told together, and yet nobody hears anything
// before the change that it needs, and nobody is told twice.
#define BOOST_TEST_MODULE greenroom_protocol_presence_gathering
#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <set>
#include <utility>

#include "protocol/room/presence_gathering.hpp"
#include "tests/protocol/room_fixture.hpp"

using namespace greenroom;
using namespace greenroom::test;

namespace {

constexpr std::uint32_t wide_seats_min = 3;
constexpr auto pace_ms = limits::presence_pace_ms;

/// A room whose effects pass a gathering, and who hears what of them.
struct gathering_room : room_fixture {
  presence_gathering gathering{wide_seats_min};
  instant steady = 10'000;
  std::map<participant_id, std::string> heard;
  std::set<participant_id> here;

  gathering_room() : room_fixture(1'000) {}

  void say(const participant_id& who, const std::string& text) {
    if (!here.contains(who))
      return;
    heard[who] += (heard[who].empty() ? "" : " ") + text;
  }

  void tell(const gathered_presence& news) {
    for (const auto& who : here)
      if (const auto part = news.part_for(who))
        say(who, text_of(*part));
  }

  /// What the last command brought goes its way.
  void deliver() {
    for (const auto& effect : last) {
      auto passage = gathering.pass(effect, room.seats.size(), steady);
      if (passage.first)
        tell(*passage.first);
      const auto* event = std::get_if<shared_event>(&effect.what);
      if (!passage.goes_on || !event)
        continue;
      for (const auto& who : here)
        if (effect.to == audience::everyone
            || (effect.to == audience::others && effect.who != who)
            || (effect.to == audience::one && effect.who == who))
          say(who, text_of(**event));
    }
  }

  person come(std::uint64_t number) {
    const auto who = join(number);
    deliver();
    here.insert(who.key.who);
    return who;
  }
  void go(const person& who) {
    leave(who);
    deliver();
    here.erase(who.key.who);
  }
  void wait(std::int64_t ms) {
    steady += ms;
    if (const auto due = gathering.due(); due && *due <= steady)
      tell(*gathering.let_out(steady));
  }
  std::string told(std::uint64_t number) { return std::exchange(heard[id(number)], {}); }
  void forget() { heard.clear(); }
};

/// Three who have heard of each other, long ago.
struct wide_room : gathering_room {
  person one = come(1), two = come(2), three = come(3);
  wide_room() {
    wait(1'000);
    forget();
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(small_room_tells_each_change_at_once) {
  gathering_room r;
  r.come(1);
  r.come(2);
  BOOST_TEST(r.told(1) == "diff(+2)");
  BOOST_TEST(!r.gathering.due());
  const auto& news = r.last.back();
  BOOST_TEST(r.gathering.is_idle(news, wide_seats_min - 1));
  BOOST_TEST(!r.gathering.is_idle(news, wide_seats_min));
  BOOST_TEST(r.gathering.is_idle({audience::sender, {}, room_left{}}, wide_seats_min));
}

BOOST_FIXTURE_TEST_CASE(first_change_after_a_quiet_time_is_told_at_once, wide_room) {
  come(4);
  BOOST_TEST(told(1) == "diff(+4)");
  BOOST_TEST(!gathering.due());
}

BOOST_FIXTURE_TEST_CASE(further_changes_wait_for_the_pace_and_are_one, wide_room) {
  come(4);
  come(5);
  come(6);
  go(two);
  BOOST_TEST(told(1) == "diff(+4)");
  BOOST_TEST_REQUIRE(gathering.due().has_value());
  BOOST_TEST(*gathering.due() == steady + pace_ms);
  wait(pace_ms - 1);
  BOOST_TEST(told(1) == "");
  wait(1);
  BOOST_TEST(told(1) == "diff(+5+6-2)");
  BOOST_TEST(!gathering.due());
}

BOOST_FIXTURE_TEST_CASE(newcomer_is_told_only_what_its_roster_does_not_have, wide_room) {
  come(4);
  come(5);
  come(6);
  go(two);
  wait(pace_ms);
  BOOST_TEST(told(4) == "diff(+5+6-2)");
  BOOST_TEST(told(5) == "diff(+6-2)");
  BOOST_TEST(told(6) == "diff(-2)");
}

BOOST_FIXTURE_TEST_CASE(who_resumes_is_told_only_what_came_after_its_roster, wide_room) {
  const auto keeper = join(7, true);
  deliver();
  come(4); // Gathered.
  suspend(keeper);
  deliver();
  resume(keeper, 0);
  deliver();
  here.insert(keeper.key.who);
  wait(pace_ms);
  BOOST_TEST(told(7) == "");
  BOOST_TEST(told(1) == "diff(+7) diff(+4)");
}

BOOST_FIXTURE_TEST_CASE(what_a_newcomer_says_comes_after_its_join, wide_room) {
  come(4);
  const auto five = come(5);
  forget();
  offer(five, one, "x");
  deliver();
  BOOST_TEST(told(1) == "diff(+5) signal(5>1 x)");
  BOOST_TEST(told(2) == "diff(+5)");
  const auto six = come(6);
  chat(five, "again"); // Of whom all have been told by now.
  deliver();
  BOOST_TEST(told(1) == "chat(5 again)");
  chat(six, "hello");
  deliver();
  BOOST_TEST(told(1) == "diff(+6) chat(6 hello)");
}

BOOST_FIXTURE_TEST_CASE(what_others_say_does_not_wait_and_lets_nothing_out, wide_room) {
  come(4);
  come(5);
  forget();
  chat(one, "hello");
  deliver();
  BOOST_TEST(told(2) == "chat(1 hello)");
  BOOST_TEST(gathering.due().has_value());
}

BOOST_FIXTURE_TEST_CASE(refusal_that_names_who_left_comes_after_its_leave, wide_room) {
  come(4);
  go(two);
  forget();
  offer(one, two, "x");
  deliver();
  BOOST_TEST(told(1) == "diff(-2)");
}

BOOST_FIXTURE_TEST_CASE(media_update_does_not_let_out_its_own_change, wide_room) {
  come(4);
  forget();
  media_state muted;
  muted.audio_muted = true;
  push(one, update_media{muted});
  deliver();
  BOOST_TEST(told(2) == "media(1 muted)");
  wait(pace_ms);
  BOOST_TEST(told(2) == "diff(+1-1)");
}

BOOST_FIXTURE_TEST_CASE(nobody_stands_twice_in_a_diff, wide_room) {
  come(4);
  const auto five = come(5);
  forget();
  go(five);
  BOOST_TEST(told(1) == "diff(+5)");
  wait(pace_ms);
  BOOST_TEST(told(1) == "diff(-5)");
}

BOOST_FIXTURE_TEST_CASE(room_that_is_wide_no_more_tells_what_it_had_gathered, wide_room) {
  come(4);
  go(two);
  BOOST_TEST(told(1) == "diff(+4)");
  go(three); // Two are left.
  BOOST_TEST(told(1) == "diff(-2) diff(-3)");
  BOOST_TEST(!gathering.due());
}

BOOST_FIXTURE_TEST_CASE(what_waits_is_bounded, wide_room) {
  const auto count = limits::gathered_presence_count_max;
  for (std::uint64_t number = 10; number < 10 + count; ++number)
    come(number);
  BOOST_TEST(gathering.due().has_value());
  forget();
  come(500);
  BOOST_TEST(!gathering.due());
  BOOST_TEST(told(1).size() > count * 2);
}

/// Whatever comes, everybody's roster is the room's in the end, no diff names anybody
/// twice, and nobody hears of what it knows.
BOOST_AUTO_TEST_CASE(all_rosters_are_whole_in_the_end) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random{seed};
    gathering_room r;
    std::map<participant_id, std::map<participant_id, presence_version>> rosters;
    std::map<participant_id, person> people;
    const auto fold = [&](const participant_id& who, const presence_changed& news) {
      auto& roster = rosters.at(who);
      std::set<participant_id> joined, left;
      for (const auto& shown : news.joins) {
        BOOST_TEST(joined.insert(shown.who).second);
        BOOST_TEST(std::exchange(roster[shown.who], shown.version) == shown.previous);
      }
      for (const auto& gone : news.leaves) {
        BOOST_TEST(left.insert(gone.who).second);
        if (!joined.contains(gone.who))
          BOOST_TEST(roster.erase(gone.who) == 1u);
      }
    };
    const auto tell = [&](const gathered_presence& news) {
      for (auto& [who, roster] : rosters)
        if (const auto part = news.part_for(who))
          fold(who, std::get<presence_changed>(part->what));
    };
    const auto deliver = [&] {
      for (const auto& effect : r.last) {
        auto passage = r.gathering.pass(effect, r.room.seats.size(), r.steady);
        if (passage.first)
          tell(*passage.first);
        if (const auto* seat = std::get_if<std::shared_ptr<const admission>>(
              &effect.what))
          for (const auto& shown : (*seat)->roster)
            rosters[(*seat)->self][shown.who] = shown.version;
        const auto* event = std::get_if<shared_event>(&effect.what);
        if (!passage.goes_on || !event)
          continue;
        if (const auto* news = std::get_if<presence_changed>(&(*event)->what))
          for (auto& [who, roster] : rosters)
            if (effect.to == audience::everyone || who != effect.who)
              fold(who, *news);
      }
    };
    for (std::uint64_t at = 0; at < 300; ++at) {
      auto one = people.begin();
      if (!people.empty())
        std::advance(one, random() % people.size());
      const auto chance = random() % 8;
      if (people.empty() || chance < 3) {
        const auto who = r.join(at);
        people[who.key.who] = who;
      } else if (chance < 5) {
        r.leave(one->second);
        rosters.erase(one->first);
        people.erase(one);
      } else {
        media_state media;
        media.audio_muted = random() % 2 == 0;
        r.push(one->second, update_media{media});
      }
      deliver();
      r.steady += static_cast<std::int64_t>(random() % 20);
      if (const auto due = r.gathering.due(); due && *due <= r.steady)
        tell(*r.gathering.let_out(r.steady));
    }
    if (const auto rest = r.gathering.let_out(r.steady))
      tell(*rest);
    for (const auto& [who, roster] : rosters) {
      BOOST_TEST(roster.size() == r.room.seats.size());
      for (const auto& seat : r.room.seats)
        BOOST_TEST(roster.at(seat.shown.who) == seat.shown.version);
    }
  }
}
