// Goal: a link between two nodes of which only one end has noticed that it broke heals by
// itself, and costs nobody an answer, a seat that can be resumed, or the room its end.
#define BOOST_TEST_MODULE shared_links
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <utility>

#include "protocol/cluster/shared_room.hpp"
#include "protocol/cluster/transfer.hpp"
#include "tests/protocol/room_fixture.hpp"

using namespace greenroom;
using test::id;

namespace {

constexpr instant start = 1'000'000;
constexpr relay_number first = 7, second = 8;

template <class Message>
const Message* find(const shared_outputs& said) {
  for (const auto& output : said)
    if (const auto* word = std::get_if<say_relays>(&output))
      if (const auto* what = std::get_if<Message>(&word->what))
        return what;
  return nullptr;
}

join_room join_of(const participant_id& who) {
  join_room join;
  join.room = {"lobby"};
  join.fresh = who;
  join.display_name = "Ann";
  join.resumable = true;
  return join;
}

/// A room on the node that owns it, and what a relay on another node says to it.
struct owner {
  shared_room room = make_shared_room({"lobby"}, {"here"}, {}, {}, start);
  instant now = start;
  std::uint64_t commands = 0;

  shared_outputs attach(relay_number from, std::uint64_t question, std::uint64_t since,
                        std::vector<seat> seats = {}) {
    attach_relay told;
    told.from = {"there"};
    told.question = question;
    told.since = since;
    told.epoch = room.room.epoch;
    told.seats = std::move(seats);
    return hear_relay(room, from, std::move(told), true, now);
  }
  shared_outputs ask(relay_number from, relayed_command what) {
    return hear_relay(room, from,
                      link_command{room.room.epoch, ++commands, std::move(what),
                                   room.links.at(from).since},
                      true, now);
  }
  void acknowledge(relay_number from) {
    hear_relay(room, from, link_acknowledged{room.room.epoch, room.words}, true, now);
  }
  shared_outputs pass(std::int64_t ms) {
    now += ms;
    room.steady += ms;
    return pass_time(room, true, now);
  }
  bool is_suspended(const participant_id& who) const {
    const auto* entry = find_seat(room.room, who);
    return entry && entry->suspended_until;
  }
};

struct owner_with_ann : owner {
  owner_with_ann() {
    attach(first, 1, 1);
    ask(first, join_of(id(1)));
  }
};

/// The room on the other node.
struct relay {
  shared_room room;

  relay() {
    ownership known;
    known.is_ours = false;
    known.owner = {"there"};
    room = make_shared_room({"lobby"}, {"here"}, {}, std::move(known), start);
    pass(0);
    hear(attached());
    ask({1, 0, 0, false}, join_of(id(1)));
    auto seat = std::make_shared<admission>();
    seat->self = id(1);
    seat->attachment = 1;
    seat->roster.resize(1);
    seat->roster.front().who = id(1);
    hear(link_word{5, 1, 1, {audience::sender, id(1), seat}});
  }

  relay_attached attached() const { return {{"there"}, room.questions, 0, 5, 0, {}, {}}; }
  shared_outputs ask(const asker& from, relayed_command what) {
    return greenroom::ask(room, from, std::move(what), true, start);
  }
  shared_outputs hear(link_message what) {
    return hear_owner(room, first, std::move(what));
  }
  shared_outputs pass(std::int64_t ms) {
    room.steady += ms;
    return pass_time(room, true, start + room.steady);
  }
  attach_relay question_in(const shared_outputs& said) const {
    for (const auto& output : said)
      if (const auto* found = std::get_if<find_owner>(&output))
        return std::get<attach_relay>(found->what);
    return {};
  }
  std::vector<push_answered> answers_in(const shared_outputs& said) const {
    std::vector<push_answered> result;
    for (const auto& output : said)
      if (const auto* word = std::get_if<say_session>(&output))
        if (const auto* answer = std::get_if<push_answered>(&word->what))
          result.push_back(*answer);
    return result;
  }
};

apply_push push_of(push_body what) {
  return {{id(1), 1}, {{"\"9\""}, std::move(what), 100}};
}

} // namespace

// -- the owner ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_relay_that_makes_sure_keeps_its_seats) {
  owner_with_ann o;
  BOOST_TEST(find<relay_attached>(o.attach(first, 2, 1)));
  BOOST_TEST(!o.is_suspended(id(1)));
}

BOOST_AUTO_TEST_CASE(a_relay_that_makes_sure_hears_once_more_what_is_stable) {
  owner_with_ann o;
  o.acknowledge(first);
  BOOST_TEST(find<commands_stable>(o.pass(limits::link_ack_ms)));
  const auto said = o.attach(first, 2, 1);
  BOOST_REQUIRE(find<commands_stable>(said));
  BOOST_TEST(find<commands_stable>(said)->number == 1u);
}

BOOST_AUTO_TEST_CASE(a_relay_that_lost_sight_of_us_may_have_missed_something) {
  owner_with_ann o;
  const auto seats = o.room.room.seats;
  const auto said = o.attach(first, 3, 3, seats);
  BOOST_TEST(o.is_suspended(id(1)));
  const auto* answer = find<relay_attached>(said);
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->received.empty()); // Its session resumes, and gets what it missed.
}

BOOST_AUTO_TEST_CASE(a_node_has_one_relay) {
  owner_with_ann o;
  const auto said = o.attach(second, 1, 1);
  BOOST_TEST(!o.room.links.contains(first));
  BOOST_TEST(o.room.links.contains(second));
  BOOST_TEST(o.is_suspended(id(1)));
  BOOST_TEST(find<relay_refused>(said)); // Should it be there after all, it asks anew.
}

BOOST_AUTO_TEST_CASE(a_question_that_comes_late_is_none) {
  owner_with_ann o;
  o.attach(first, 5, 5);
  o.ask(first, join_of(id(2)));
  BOOST_TEST(o.attach(first, 2, 1).empty());
  BOOST_TEST(!o.is_suspended(id(2)));
  BOOST_TEST(o.room.links.at(first).since == 5u);
}

BOOST_AUTO_TEST_CASE(a_command_from_before_the_link_broke_is_none) {
  owner_with_ann o;
  const auto late = link_command{o.room.room.epoch, ++o.commands, join_of(id(2)), 1};
  o.attach(first, 5, 5);
  hear_relay(o.room, first, late, true, o.now);
  BOOST_TEST(!find_seat(std::as_const(o.room.room), id(2)));
}

BOOST_AUTO_TEST_CASE(a_relay_that_acknowledges_nothing_is_lost) {
  owner_with_ann o;
  o.pass(limits::link_silence_ms_max - 1);
  BOOST_TEST(o.room.links.contains(first));
  BOOST_TEST(*wait_ms(o.room, o.now) == 1);
  BOOST_TEST(find<relay_refused>(o.pass(1)));
  BOOST_TEST(!o.room.links.contains(first));
}

BOOST_AUTO_TEST_CASE(who_stood_still_itself_takes_nobody_for_silent) {
  owner_with_ann o;
  o.now += limits::link_silence_ms_max;
  o.room.steady += limits::link_silence_ms_max;
  pass_time(o.room, false, o.now);
  BOOST_TEST(o.room.links.contains(first));
  learn(o.room, {}, o.now); // It is aware again; acknowledgements are about to be read.
  o.pass(limits::link_silence_ms_max - 1);
  BOOST_TEST(o.room.links.contains(first));
  o.pass(1);
  BOOST_TEST(!o.room.links.contains(first));
}

/// A node that goes on after a stop, or a circle that forms anew, calls others gone for a
/// moment.
BOOST_AUTO_TEST_CASE(a_view_that_has_not_settled_loses_no_relay) {
  owner_with_ann s;
  ownership known;
  known.gone = std::make_shared<const std::vector<node_name>>(1, node_name{"there"});
  known.is_settled = false;
  learn(s.room, known, s.now);
  BOOST_TEST(!s.is_suspended(id(1)));
  known.is_settled = true;
  learn(s.room, known, s.now);
  BOOST_TEST(s.is_suspended(id(1)));
  BOOST_TEST(s.room.links.empty());
}

BOOST_AUTO_TEST_CASE(a_view_that_never_settles_loses_its_relays_in_time) {
  owner_with_ann s;
  s.acknowledge(first);
  ownership known;
  known.gone = std::make_shared<const std::vector<node_name>>(1, node_name{"there"});
  known.is_settled = false;
  learn(s.room, known, s.now);
  BOOST_TEST_REQUIRE(wait_ms(s.room, s.now).has_value());
  BOOST_TEST(*wait_ms(s.room, s.now) <= limits::settle_ms_max);
  s.pass(limits::settle_ms_max - 1);
  BOOST_TEST(!s.is_suspended(id(1)));
  s.pass(1);
  BOOST_TEST(s.is_suspended(id(1)));
}

BOOST_AUTO_TEST_CASE(an_acknowledged_link_may_be_silent) {
  owner_with_ann o;
  o.acknowledge(first);
  o.pass(limits::link_silence_ms_max * 3);
  BOOST_TEST(o.room.links.contains(first));
}

BOOST_AUTO_TEST_CASE(an_empty_room_asks_whether_its_relays_are_there) {
  owner_with_ann o;
  o.ask(first, leave_room{{id(1), o.room.room.seats.front().attachment}});
  o.acknowledge(first);
  const auto words = o.room.words;
  o.pass(limits::link_probe_ms);
  BOOST_TEST(o.room.words == words + 1);
  o.pass(limits::link_silence_ms_max);
  BOOST_TEST(o.room.links.empty());
  o.pass(o.room.limits.linger_ms);
  BOOST_TEST(is_abandoned(o.room, o.now));
}

BOOST_AUTO_TEST_CASE(two_owners_never_take_one_session_for_another) {
  owner here, there;
  there.room = make_shared_room({"lobby"}, {"there"}, {}, {}, start);
  const auto attachment_at = [](const owner& o) {
    return o.room.room.seats.front().attachment;
  };
  for (auto* o : {&here, &there}) {
    o->attach(first, 1, 1);
    o->ask(first, join_of(id(1)));
  }
  const auto ours = attachment_at(here), theirs = attachment_at(there);
  BOOST_TEST(ours != theirs);
  BOOST_TEST(ours % attachment_stride != theirs % attachment_stride);
  receive(here.room, second, pack(there.room.room, start), start);
  here.ask(first, join_of(id(2)));
  const auto& latest = here.room.room.seats.back();
  BOOST_TEST(latest.attachment > std::max(ours, theirs));
  BOOST_TEST(latest.attachment % attachment_stride == ours % attachment_stride);
}

/// A session of the former room may suspend its seat long after, which is another's then.
BOOST_AUTO_TEST_CASE(a_room_that_begins_again_gives_other_attachments) {
  const auto first_of = [](instant now) {
    return make_shared_room({"lobby"}, {"here"}, {}, {}, now).room.next_attachment;
  };
  BOOST_TEST(first_of(start + 1) > first_of(start));
  BOOST_TEST(first_of(start + 1) - first_of(start) == attachment_stride);
}

BOOST_AUTO_TEST_CASE(who_gives_a_room_away_knows_what_was_heard) {
  owner_with_ann o;
  const seat_key ann{id(1), o.room.room.seats.front().attachment};
  o.ask(first, apply_push{ann, {{}, say_chat{"hello"}, 100}});
  ownership known;
  known.is_ours = false;
  known.owner = {"there"};
  learn(o.room, known, o.now);
  BOOST_TEST(o.room.relay.heard_pushes.at(id(1)).number == 1u);
}

// -- the relay ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_answer_that_was_lost_is_given) {
  relay r;
  r.ask({1, 0, 0, false}, push_of(say_chat{"hello"}));
  r.ask({1, 0, 0, false}, push_of(refused_push{unavailable{5}, "x"}));
  r.ask({1, 0, 0, false}, push_of(send_signal{id(2), ice_candidate{}}));
  auto answer = r.attached();
  answer.received = {{id(1), 3}};
  const auto answers = r.answers_in(r.hear(answer));
  BOOST_REQUIRE(answers.size() == 2u);
  BOOST_TEST(!answers.front().why);
  BOOST_TEST(answers.back().why.has_value());
}

BOOST_AUTO_TEST_CASE(an_answer_that_came_is_not_given_again) {
  relay r;
  r.ask({1, 0, 0, false}, push_of(say_chat{"hello"}));
  r.hear(link_word{5, 2, 2, {audience::sender, id(1), push_answered{{"\"9\""}, {}}}});
  auto answer = r.attached();
  answer.received = {{id(1), 1}};
  BOOST_TEST(r.answers_in(r.hear(answer)).empty());
}

BOOST_AUTO_TEST_CASE(what_was_replayed_was_heard) {
  relay r;
  auto again = std::make_shared<admission>();
  again->self = id(1);
  again->attachment = 2;
  again->missed = {std::make_shared<const room_event>(
    "lobby", 3, chat_said{id(2), "Bob", "hello", start}, push_mark{5, 4})};
  r.ask({1, 0, 0, false}, join_of(id(1)));
  r.hear(link_word{5, 2, 2, {audience::sender, id(1), again}});
  BOOST_TEST((r.room.relay.heard_pushes.at(id(2)) == push_mark{5, 4}));
}

/// The next owner may be asked once more for what it had heard on another node.
BOOST_AUTO_TEST_CASE(what_a_client_that_resumes_had_heard_is_known) {
  owner_with_ann o;
  o.ask(first, join_of(id(2)));
  const auto& bob = *find_seat(std::as_const(o.room.room), id(2));
  const seat_key bob_key{id(2), bob.attachment};
  o.ask(first, apply_push{bob_key, {{}, say_chat{"heard"}, 100}});
  o.ask(first, apply_push{bob_key, {{}, send_signal{id(2), ice_candidate{}}, 100}});
  auto again = join_of(id(3));
  again.claim = resume_claim{{"lobby"}, id(1), 1, o.room.room.born_at, start + 1'000};
  again.last_seq = o.room.room.seq;
  std::shared_ptr<const admission> answer;
  for (const auto& said : o.ask(first, again))
    if (const auto* word = std::get_if<say_relays>(&said))
      if (const auto* told = std::get_if<link_word>(&word->what))
        if (const auto* seat = std::get_if<std::shared_ptr<const admission>>(
              &told->what.what))
          answer = *seat;
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->missed.empty());
  BOOST_REQUIRE(answer->heard.size() == 1u);
  BOOST_TEST((answer->heard.front() == std::pair{id(2), push_mark{bob.life, 1}}));

  relay r;
  r.ask({1, 0, 0, false}, join_of(id(1)));
  r.hear(link_word{5, 2, 2, {audience::sender, id(1), answer}});
  BOOST_TEST((r.room.relay.heard_pushes.at(id(2)) == push_mark{bob.life, 1}));
}

namespace {

/// Ann sits here, and a relay tells of her as well.
struct ann_on_both_sides : owner {
  shared_outputs said;

  explicit ann_on_both_sides(std::uint32_t generation_there, bool is_lost_here = false) {
    ask_here(join_of(id(1)));
    auto& ours = room.room.seats.front();
    ours.generation = 2;
    auto theirs = ours;
    if (is_lost_here)
      ask_here(suspend_seat{{id(1), ours.attachment}, true});
    theirs.generation = generation_there;
    theirs.attachment += 1'000 * attachment_stride;
    said = attach(first, 1, 1, {theirs});
  }
  void ask_here(relayed_command what) {
    greenroom::ask(room, {5, 0, 0, false}, std::move(what), true, now);
  }
  bool was_told_of_its_end() const {
    return std::ranges::any_of(said, [](const shared_output& output) {
      const auto* word = std::get_if<say_session>(&output);
      return word && word->to == 5 && std::holds_alternative<session_ended>(word->what);
    });
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(who_loses_its_seat_to_the_other_side_hears_of_it) {
  const ann_on_both_sides o{3};
  BOOST_TEST(o.was_told_of_its_end());
  BOOST_TEST(find<relay_attached>(o.said)->received.size() == 1u);
}

/// It may be half open.
BOOST_AUTO_TEST_CASE(an_older_session_wins_no_seat_that_waits_for_a_resume) {
  const ann_on_both_sides o{1, true};
  BOOST_TEST(o.is_suspended(id(1)));
  BOOST_TEST(o.room.room.seats.front().generation == 2u);
  BOOST_TEST(find<relay_attached>(o.said)->received.empty());
}

BOOST_AUTO_TEST_CASE(an_older_session_on_the_other_side_wins_no_seat) {
  const ann_on_both_sides o{1};
  BOOST_TEST(!o.was_told_of_its_end());
  BOOST_TEST(find<relay_attached>(o.said)->received.empty());
}

BOOST_AUTO_TEST_CASE(of_two_rooms_that_meet_the_later_session_wins_then_the_live_one) {
  const auto lives_after_meeting = [](bool lives_here, std::uint32_t generation_there) {
    ann_on_both_sides o{0, !lives_here};
    auto there = pack(o.room.room, o.now);
    auto& theirs = there.room.seats.front();
    theirs.generation = generation_there;
    theirs.suspended_until.reset();
    if (lives_here)
      theirs.suspended_until = 1'000;
    there.room.suspended_count = lives_here;
    there.ticket = 1;
    receive(o.room, second, std::move(there), o.now);
    BOOST_TEST(o.room.room.suspended_count == o.is_suspended(id(1)));
    return !o.is_suspended(id(1));
  };
  BOOST_TEST(!lives_after_meeting(false, 1)); // It may be half open.
  BOOST_TEST(lives_after_meeting(false, 2));
  BOOST_TEST(lives_after_meeting(false, 3));
  BOOST_TEST(lives_after_meeting(true, 1));
  BOOST_TEST(lives_after_meeting(true, 2));
  BOOST_TEST(!lives_after_meeting(true, 3));
}

BOOST_AUTO_TEST_CASE(who_comes_from_the_other_side_of_a_split_is_heard) {
  relay r;
  const auto chat_of = [](const push_mark& mark) {
    return std::make_shared<const room_event>(
      "lobby", 3, chat_said{id(2), "Bob", "hello", start}, mark);
  };
  const auto is_heard = [&](std::uint64_t number, const push_mark& mark) {
    return !r.hear(link_word{5, number, 0, {audience::everyone, {}, chat_of(mark)}})
              .empty();
  };
  BOOST_TEST(is_heard(2, {5, 4}));
  BOOST_TEST(is_heard(3, {3, 1})); // A life that began earlier, on the other side.
  BOOST_TEST(!is_heard(4, {3, 1}));
}

BOOST_AUTO_TEST_CASE(words_from_before_an_answer_are_acknowledged_with_it) {
  relay r;
  r.hear(link_word{5, 12, 0, {audience::one, id(9), room_left{}}});
  auto answer = r.attached();
  answer.last_word = 12;
  answer.received = {{id(1), 0}};
  r.hear(answer);
  BOOST_TEST(r.room.relay.heard == 12u);
  BOOST_TEST(owes_acknowledgement(r.room.relay));
}

BOOST_AUTO_TEST_CASE(a_word_that_never_came_breaks_the_link) {
  relay r;
  auto answer = r.attached();
  answer.last_word = 12;
  answer.received = {{id(1), 0}};
  const auto question = r.question_in(r.hear(answer));
  BOOST_TEST(question.question == 2u);
  BOOST_TEST(question.since == 2u); // So the owner suspends who sits here.
  BOOST_TEST(r.room.sessions.size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_answer_from_before_a_link_broke_is_none) {
  relay r;
  const auto late = r.attached();
  lose_owner(r.room, first);
  r.pass(limits::redial_ms_min);
  BOOST_REQUIRE((r.room.owner.at == shared_room::bond::stage::asked));
  r.hear(late);
  BOOST_TEST((r.room.owner.at == shared_room::bond::stage::asked));
}

BOOST_AUTO_TEST_CASE(the_last_word_of_a_former_owner_is_asked_for_until_it_comes) {
  relay r;
  ownership known;
  known.is_ours = false;
  known.owner = {"elsewhere"};
  known.is_settled = false;
  BOOST_TEST(r.question_in(learn(r.room, known, start)).question == 2u);
  r.hear(r.attached());
  BOOST_TEST(!has_followed(r.room));
  BOOST_TEST(r.question_in(r.pass(limits::redial_ms_min)).question == 3u);
  BOOST_TEST(r.question_in(r.pass(limits::redial_ms_min)).since == 1u);
  const auto said = r.hear(relay_refused{{"there"}, 0});
  BOOST_TEST(r.question_in(said).question == 5u); // Asks the next one now.
  BOOST_TEST(r.question_in(said).since == 5u);
  BOOST_TEST((r.room.owner.name == node_name{"elsewhere"}));
}
