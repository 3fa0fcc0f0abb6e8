// Goal: whatever merges while a client does not read, it ends with the roster
// that it would have had, hears all that was said, and hears nobody whom it does
// not know.
#define BOOST_TEST_MODULE greenroom_net_outbox_queue
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "net/outbox_queue.hpp"
#include "protocol/vocabulary/limits.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom;
using namespace greenroom::net;

namespace {

constexpr std::size_t no_bound = 1ull << 40;

participant_id id(std::uint64_t n) {
  return participant_id::from_bits(7, n);
}

presence shown(std::uint64_t who, presence_version version,
               presence_version previous = 0) {
  presence result;
  result.who = id(who);
  result.display_name = "somebody";
  result.version = version;
  result.previous = previous;
  return result;
}

shared_event event(room_event::body body, std::uint64_t seq = 0) {
  return std::make_shared<const room_event>("room", seq, std::move(body));
}
shared_event joined(std::uint64_t who, presence_version version) {
  return event(presence_changed{{shown(who, version)}, {}});
}
shared_event left(std::uint64_t who, presence_version version) {
  return event(presence_changed{{}, {shown(who, version)}});
}
shared_event updated(std::uint64_t who, presence_version from, presence_version to) {
  return event(presence_changed{{shown(who, to, from)}, {shown(who, from)}});
}
shared_event chat(std::uint64_t who, std::uint64_t seq) {
  return event(chat_said{id(who), "somebody", "hello", 0}, seq);
}
shared_event media(std::uint64_t who, std::uint64_t seq) {
  return event(media_updated{id(who), {}, 0}, seq);
}
shared_event signal_from(std::uint64_t who, std::uint64_t seq) {
  return event(signal_delivered{id(who), id(99), ice_candidate{}, 0}, seq);
}

/// A queue as one short line, such as "+a1 c3 m4 -a1".
std::string drained(outbox_queue& queue) {
  std::string line;
  const auto name = [](const participant_id& who) {
    return std::string(1, static_cast<char>('a' + who.low()));
  };
  while (auto item = queue.pop()) {
    std::string word;
    if (item->frame) {
      word = *item->frame;
    } else if (auto* change = std::get_if<presence_changed>(&item->event->what)) {
      for (const auto& one : change->joins)
        word += '+' + name(one.who) + std::to_string(one.version);
      for (const auto& one : change->leaves)
        word += '-' + name(one.who) + std::to_string(one.version);
    } else if (std::holds_alternative<chat_said>(item->event->what)) {
      word = 'c' + std::to_string(item->event->seq);
    } else if (std::holds_alternative<media_updated>(item->event->what)) {
      word = 'm' + std::to_string(item->event->seq);
    } else {
      word = 's' + std::to_string(item->event->seq);
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return line;
}

outbox_queue congested_queue(std::initializer_list<shared_event> events) {
  outbox_queue queue{no_bound};
  queue.congest();
  for (const auto& each : events)
    queue.push(1, each, false);
  return queue;
}

std::string drained(std::initializer_list<shared_event> events) {
  auto queue = congested_queue(events);
  return drained(queue);
}

} // namespace

BOOST_AUTO_TEST_CASE(nothing_merges_while_the_client_keeps_up) {
  outbox_queue queue{no_bound};
  for (const auto& each : {joined(0, 1), joined(1, 2), media(0, 3), media(0, 4)})
    queue.push(1, each, false);
  BOOST_TEST(drained(queue) == "+a1 +b2 m3 m4");
}

BOOST_AUTO_TEST_CASE(newcomers_join_the_waiting_change) {
  BOOST_TEST(drained({joined(0, 1), chat(0, 2), joined(1, 3), chat(1, 4)})
             == "+a1+b3 c2 c4");
}

BOOST_AUTO_TEST_CASE(leaves_stay_behind_what_was_said_before) {
  BOOST_TEST(drained({joined(0, 1), chat(0, 2), left(0, 1)}) == "+a1 c2 -a1");
  BOOST_TEST(drained({joined(0, 1), chat(0, 2), left(0, 1), chat(1, 3), left(1, 4)})
             == "+a1 c2 c3 -a1-b4");
}

BOOST_AUTO_TEST_CASE(what_was_sent_takes_no_more) {
  auto queue = congested_queue({joined(0, 1), chat(0, 2), left(0, 1)});
  queue.pop();
  queue.push(1, joined(1, 3), false);
  BOOST_TEST(drained(queue) == "c2 +b3-a1");
}

BOOST_AUTO_TEST_CASE(who_came_and_went_unheard_is_not_told) {
  BOOST_TEST(drained({joined(0, 1), left(0, 1)}) == "");
  BOOST_TEST(drained({joined(0, 1), joined(1, 2), left(0, 1), chat(1, 3)}) == "+b2 c3");
}

/// After a split, an owner may list a seat again as it was.
BOOST_AUTO_TEST_CASE(who_comes_back_has_not_left) {
  BOOST_TEST(drained({left(0, 1), joined(0, 1), chat(0, 2)}) == "c2");
  BOOST_TEST(drained({left(0, 1), joined(0, 3), chat(0, 4)}) == "+a3-a1 c4");
  BOOST_TEST(drained({joined(0, 1), chat(0, 2), left(0, 1), joined(0, 1), chat(0, 3)})
             == "+a1 c2 c3");
  BOOST_TEST(drained({joined(0, 1), chat(0, 2), left(0, 1), joined(0, 4), left(0, 4)})
             == "+a4 c2 -a4");
  BOOST_TEST(drained({joined(1, 9), chat(1, 2), left(0, 1), left(2, 3), joined(0, 5)})
             == "+b9+a5-a1 c2 -c3");
}

BOOST_AUTO_TEST_CASE(who_comes_back_after_its_leave_was_sent_is_new) {
  auto queue = congested_queue({left(0, 1), chat(1, 2)});
  queue.pop();
  queue.push(1, joined(0, 1), false);
  BOOST_TEST(drained(queue) == "c2 +a1");
}

BOOST_AUTO_TEST_CASE(updates_keep_both_halves_together) {
  BOOST_TEST(drained({updated(0, 1, 2), chat(1, 3), updated(0, 2, 4)}) == "+a4-a1 c3");
  BOOST_TEST(drained({joined(0, 1), chat(1, 3), updated(0, 1, 4)}) == "+a4 c3");
  BOOST_TEST(drained({updated(0, 1, 2), left(0, 2)}) == "-a1");
}

BOOST_AUTO_TEST_CASE(a_merged_update_names_the_version_that_the_client_knows) {
  auto queue = congested_queue({updated(0, 1, 2), updated(0, 2, 3)});
  const auto item = queue.pop();
  const auto& change = std::get<presence_changed>(item->event->what);
  BOOST_TEST(change.joins.at(0).previous == 1u);
  BOOST_TEST(item->event->seq == 0u);
  BOOST_TEST(item->event->room == "room");
}

BOOST_AUTO_TEST_CASE(of_each_sender_the_newest_media_stays) {
  BOOST_TEST(drained({media(0, 1), media(1, 2), chat(0, 3), media(0, 4), media(0, 5)})
             == "m2 c3 m5");
}

BOOST_AUTO_TEST_CASE(signals_and_chat_keep_their_order) {
  BOOST_TEST(
    drained({signal_from(0, 1), chat(0, 2), signal_from(0, 3), signal_from(1, 4)})
    == "s1 c2 s3 s4");
}

BOOST_AUTO_TEST_CASE(slots_do_not_merge_with_each_other) {
  outbox_queue queue{no_bound};
  queue.congest();
  queue.push(1, media(0, 1), false);
  queue.push(2, media(0, 2), false);
  queue.push(1, joined(1, 3), false);
  queue.push(2, joined(2, 4), false);
  BOOST_TEST(drained(queue) == "m1 m2 +b3 +c4");
}

BOOST_AUTO_TEST_CASE(the_bound_counts_entries_and_a_share_of_replays) {
  const auto one = chat(0, 1);
  const auto replayed = limits::outbox_entry_bytes
                        + weight_of(*one) / limits::replay_share;
  outbox_queue queue{10'000 + 1'000 * replayed};
  const auto frame = std::make_shared<const std::string>(4'000, 'x');
  BOOST_TEST(queue.push(frame));
  BOOST_TEST(queue.push(frame));
  for (std::uint64_t seq = 0; seq < 1'000; ++seq)
    BOOST_TEST(queue.push(1, chat(0, seq), true));
  BOOST_TEST(queue.bytes()
             == 1'000 * replayed + 2 * (4'000 + limits::outbox_entry_bytes));
  BOOST_TEST(!queue.push(frame));
  BOOST_TEST(queue.is_over());
  queue.pop();
  BOOST_TEST(!queue.is_over());
  queue.clear();
  BOOST_TEST(queue.bytes() == 0u);
  BOOST_TEST(!queue.pop());
}

/// As many events as a full log holds, or as few.
BOOST_DATA_TEST_CASE(a_whole_log_fits_and_a_large_message_after_it,
                     data::make({0, 500, 1 << 20}), text_bytes) {
  outbox_queue queue{limits::outbox_bytes_max};
  const auto one = event(
    chat_said{id(1), "", std::string(static_cast<std::size_t>(text_bytes), 'x'), 0}, 1);
  for (std::size_t log = 0; log + 2 * weight_of(*one) <= limits::log_bytes_max;
       log += 2 * weight_of(*one))
    BOOST_TEST_REQUIRE(queue.push(1, one, true));
  BOOST_TEST(
    queue.push(std::make_shared<const std::string>(2 * limits::sdp_bytes_max, 'x')));
}

BOOST_AUTO_TEST_CASE(a_replay_of_each_of_many_topics_is_bounded) {
  outbox_queue queue{limits::outbox_bytes_max};
  const auto one = event(chat_said{id(1), "", std::string(100'000, 'x'), 0}, 1);
  std::size_t held = 0;
  for (wire::slot_id slot = 1; queue.push(slot, one, true); ++slot)
    held += weight_of(*one);
  BOOST_TEST(held < (limits::replay_share + 1) * limits::outbox_bytes_max);
}

BOOST_AUTO_TEST_CASE(what_nobody_will_render_is_dropped) {
  outbox_queue queue{no_bound};
  queue.congest();
  queue.push(2, joined(2, 4), false);
  const auto bytes_of_other = queue.bytes();
  queue.push(1, joined(1, 1), false);
  queue.push(1, media(1, 1), false);
  queue.push(1, chat(1, 2), true);
  queue.drop(1);
  BOOST_TEST(queue.bytes() == bytes_of_other);
  queue.push(1, media(1, 3), false); // Merges with nothing that is gone.
  BOOST_TEST(queue.size() == 2u);
  queue.drop(1);
  queue.drop(2);
  BOOST_TEST(queue.empty());
  BOOST_TEST(queue.bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(replaced_events_give_their_bytes_back) {
  outbox_queue queue{no_bound};
  queue.congest();
  queue.push(1, media(0, 1), false);
  queue.push(1, joined(0, 1), false);
  queue.push(1, updated(0, 1, 2), false);
  const auto before = queue.bytes();
  for (std::uint64_t seq = 3; seq < 1'000; ++seq) {
    queue.push(1, media(0, seq), false);
    queue.push(1, updated(0, seq - 1, seq), false);
  }
  BOOST_TEST(queue.bytes() == before);
  BOOST_TEST(queue.size() == 2u);
}

BOOST_AUTO_TEST_CASE(who_comes_and_goes_weighs_nothing) {
  auto queue = congested_queue({joined(1, 9), chat(1, 2), left(0, 1)});
  const auto before = queue.bytes();
  for (presence_version version = 10; version < 1'000; ++version) {
    queue.push(1, joined(0, 1), false); // As it was.
    queue.push(1, left(0, 1), false);
    queue.push(1, joined(2, version), false); // And somebody who never was there.
    queue.push(1, left(2, version), false);
  }
  BOOST_TEST(queue.bytes() < before + 2 * (limits::outbox_entry_bytes + 600));
  BOOST_TEST(drained(queue) == "+b9+c999 c2 -a1-c999");
}

BOOST_AUTO_TEST_CASE(long_queues_take_no_longer_per_event) {
  outbox_queue queue{no_bound};
  queue.congest();
  constexpr std::uint64_t count = 100'000; // Hours, were each push a search.
  for (std::uint64_t n = 0; n < count; ++n) {
    queue.push(1, joined(n, 3 * n + 1), false);
    queue.push(1, chat(n, n), false);
    queue.push(1, media(n, n), false);
    queue.push(1, updated(n, 3 * n + 1, 3 * n + 2), false);
    queue.push(1, left(n / 2, 3 * (n / 2) + 2), false);
  }
  BOOST_TEST(queue.size() == 2 * count + 2);
}

// -- against a client that hears everything ---------------------------------------

namespace {

/// What a stock client makes of roster changes: joins first, then leaves, all by
/// version.
struct roster {
  std::map<participant_id, std::set<presence_version>> metas;

  void apply(const presence_changed& change) {
    for (const auto& one : change.joins)
      metas[one.who].insert(one.version);
    for (const auto& one : change.leaves)
      if (const auto found = metas.find(one.who); found != metas.end()) {
        found->second.erase(one.version);
        if (found->second.empty())
          metas.erase(found);
      }
  }
  bool has(const participant_id& who) const { return metas.contains(who); }
  bool operator==(const roster&) const = default;
};

/// A room that only makes events, and two clients: one hears all of them at
/// once, the other what leaves the queue.
struct two_clients {
  std::mt19937_64 random;
  outbox_queue queue{no_bound};
  wire::slot_id slot;
  roster everything, merged;
  std::map<std::uint64_t, presence_version> present, former;
  presence_version next_version = 1;
  std::uint64_t next_seq = 1;
  std::vector<std::uint64_t> said, heard; ///< Chat and signals, by number.
  std::map<participant_id, std::uint64_t> last_media_said, last_media_heard;
  std::map<participant_id, int> leaves_told, leaves_seen;

  explicit two_clients(std::uint64_t seed) : random(seed), slot(1) {}

  std::uint64_t below(std::uint64_t bound) { return random() % bound; }

  void tell(const shared_event& what) {
    if (const auto* change = std::get_if<presence_changed>(&what->what))
      everything.apply(*change);
    queue.push(slot, what, false);
  }

  void say_something() {
    const auto who = below(6);
    const auto found = present.find(who);
    if (found == present.end()) {
      // After a split, an owner may list a seat again as it was.
      const bool is_listed_again = former.contains(who) && below(2) == 0;
      present[who] = is_listed_again ? former[who] : next_version++;
      return tell(joined(who, present[who]));
    }
    switch (below(6)) {
      case 0:
        tell(left(who, found->second));
        former[who] = found->second;
        present.erase(found);
        ++leaves_told[id(who)];
        break;
      case 1:
        tell(updated(who, found->second, next_version));
        found->second = next_version++;
        break;
      case 2:
        last_media_said[id(who)] = next_seq;
        tell(media(who, next_seq++));
        break;
      case 3: {
        // One change that brings one and takes another.
        const auto other = std::ranges::find_if(
          present, [&](auto& each) { return each.first != who; });
        if (other == present.end())
          break;
        tell(event(presence_changed{
          {shown(who, next_version, found->second)},
          {shown(other->first, other->second), shown(who, found->second)}}));
        found->second = next_version++;
        ++leaves_told[id(other->first)];
        present.erase(other);
        break;
      }
      default:
        said.push_back(next_seq);
        tell(below(2) ? chat(who, next_seq) : signal_from(who, next_seq));
        ++next_seq;
    }
  }

  void hear(const room_event& told) {
    if (const auto* change = std::get_if<presence_changed>(&told.what)) {
      const auto before = merged;
      merged.apply(*change);
      for (const auto& [who, versions] : before.metas)
        leaves_seen[who] += !merged.has(who);
      return;
    }
    participant_id from;
    if (const auto* text = std::get_if<chat_said>(&told.what))
      from = text->from;
    else if (const auto* update = std::get_if<media_updated>(&told.what))
      from = update->from;
    else
      from = std::get<signal_delivered>(told.what).from;
    BOOST_TEST(merged.has(from), "heard somebody unknown at " << told.seq);
    if (std::holds_alternative<media_updated>(told.what))
      last_media_heard[from] = told.seq;
    else
      heard.push_back(told.seq);
  }

  /// @returns Whether it was an event.
  bool hear_next() {
    const auto item = queue.pop();
    if (!item || !item->event)
      return false;
    hear(*item->event);
    return true;
  }
};

} // namespace

BOOST_DATA_TEST_CASE(a_slow_client_ends_where_a_fast_one_does, data::xrange(500), seed) {
  two_clients world{static_cast<std::uint64_t>(seed)};
  const auto patience = 1 + world.below(8); // Of ten, how many turns only push.
  for (int turn = 0; turn < 400; ++turn) {
    if (world.below(20) == 0)
      world.queue.congest();
    world.say_something();
    if (world.below(10) >= patience)
      for (auto count = world.below(6); count > 0 && world.hear_next(); --count) {}
  }
  // What is behind all others shows that they took their weight with them.
  const auto last = std::make_shared<const std::string>(100, 'x');
  world.queue.push(last);
  world.queue.push(last);
  while (world.hear_next()) {}
  BOOST_TEST(world.queue.bytes() == last->size() + limits::outbox_entry_bytes);
  world.queue.pop();
  BOOST_TEST((world.merged == world.everything));
  BOOST_TEST(world.heard == world.said, boost::test_tools::per_element());
  BOOST_TEST((world.last_media_heard == world.last_media_said));
  for (const auto& [who, count] : world.leaves_seen)
    BOOST_TEST(count <= world.leaves_told[who], "parted the halves of an update");
}
