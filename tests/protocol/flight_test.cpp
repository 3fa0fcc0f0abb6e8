// Goal: what a room's recorder keeps is enough to go through it once more, bounded,
// and tells nothing of what people said.
#define BOOST_TEST_MODULE greenroom_protocol_flight
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <random>

#include "protocol/room/flight_reader.hpp"
#include "protocol/room/flight_recorder.hpp"
#include "tests/protocol/room_fixture.hpp"

namespace data = boost::unit_test::data;
using namespace greenroom;
using namespace greenroom::test;

/// A room on the record, which people enter, use and leave at random.
class recorded_room {
public:
  explicit recorded_room(std::uint64_t seed) : random_(seed) {
    room_limits limits;
    limits.capacity = 4;
    limits.log_bytes_max = 16'000;
    room_ = make_room({"lob by"}, limits, now_);
    room_.next_attachment = random_() >> 2; // As on nodes that share rooms.
    recorder_.emplace(room_);
  }

  void go_on(std::size_t step_count) {
    for (; step_count > 0; --step_count) {
      now_ += below(8) == 0 ? below(20'000) : below(50);
      step();
    }
  }

  std::string dump() const { return recorder_->dump(); }
  const flight_recorder& recorder() const { return *recorder_; }
  const room_state& room() const { return room_; }

private:
  std::int64_t below(std::uint64_t bound) {
    return static_cast<std::int64_t>(random_() % bound);
  }

  void step() {
    switch (below(10)) {
      case 0:
      case 1: return join();
      case 2: return someone() ? decide(leave_room{*someone()}) : join();
      case 3: return someone() ? decide(suspend_seat{*someone(), below(4) > 0}) : join();
      case 4: return tick();
      default: return someone() ? push() : join();
    }
  }

  std::optional<seat_key> someone() {
    if (room_.seats.empty())
      return std::nullopt;
    const auto& one = room_.seats[random_() % room_.seats.size()];
    return seat_key{one.shown.who, one.attachment};
  }

  void join() {
    join_room command;
    command.room = room_.id;
    command.fresh = id(random_());
    command.display_name = "secret name";
    command.devices.audio_device_id = "secret device";
    command.resumable = below(3) > 0;
    if (const auto who = someone(); who && below(2) == 0) {
      const auto* owner = find_seat(room_, who->who);
      command.claim = resume_claim{room_.id, who->who, owner->generation + 1,
                                   room_.born_at + below(2) - 1, now_ + 1};
      command.last_seq = room_.seq - std::min<std::uint64_t>(room_.seq, random_() % 20);
    }
    if (below(3) == 0)
      command.replaces = someone();
    decide(command);
  }

  void push() {
    apply_push command;
    command.from = *someone();
    command.push = {{below(2) ? "\"12\"" : ""}, content(), 700};
    decide(std::move(command));
  }

  push_body content() {
    const auto to = below(8) ? someone()->who : id(1);
    switch (below(7)) {
      case 0: return send_signal{to, session_description{{}, json_string{"secret sdp"}}};
      case 1:
        return send_signal{
          to, ice_candidate{json_string{"secret ice"}, json_string{"0"}, 0, false}};
      case 2: return update_media{{below(2) == 0, true, false, {}}, false};
      case 3: return update_media{{false, true, false, {"secret device", {}}}, true};
      case 4: return refused_push{not_in_room{}};
      case 5: return answered_push{};
      default: return say_chat{"secret " + std::string(random_() % 900, 'x')};
    }
  }

  void tick() {
    recorder_->take_tick(room_, now_);
    recorder_->decided(expire(room_, now_));
  }

  template <class Command>
  void decide(Command command) {
    recorder_->take(room_, command, now_);
    recorder_->decided(apply(room_, std::move(command), now_));
  }

  std::mt19937_64 random_;
  instant now_ = room_fixture::birth;
  room_state room_;
  std::optional<flight_recorder> recorder_;
};

static flight read_one(const std::string& dump) {
  std::string fault;
  const auto flights = read_flights(dump, fault);
  BOOST_TEST_REQUIRE(flights.has_value(), fault);
  BOOST_TEST_REQUIRE(flights->size() == 1u);
  return flights->front();
}

BOOST_DATA_TEST_CASE(replay_decides_what_was_decided, data::xrange(1, 31), seed) {
  recorded_room recorded{static_cast<std::uint64_t>(seed)};
  recorded.go_on(static_cast<std::size_t>(seed) * 60); // With and without snapshots.
  const auto flight = read_one(recorded.dump());
  auto room = flight.start;
  for (const auto& step : flight.steps)
    BOOST_TEST_REQUIRE(digest_of(take_step(room, step)) == step.digest, step.line);
  BOOST_TEST(room.seq == recorded.room().seq);
  BOOST_TEST(room.seats.size() == recorded.room().seats.size());
  BOOST_TEST(room.log.size() == recorded.room().log.size());
}

BOOST_AUTO_TEST_CASE(signals_are_told_in_words) {
  room_fixture f;
  const auto one = f.join(1), two = f.join(2);
  flight_recorder recorder{f.room};
  const auto take = [&](std::string ref, signal what) {
    apply_push command{one.key, {{std::move(ref)}, send_signal{two.key.who, what}, 700}};
    recorder.take(f.room, command, 5);
    recorder.decided(apply(f.room, std::move(command), 5));
  };
  using kind = session_description::kind;
  take("\"12\"", session_description{kind::offer, json_string{"sdp"}});
  recorder.take_tick(f.room, 5);
  recorder.decided({});
  take("", session_description{kind::answer, json_string{"longer sdp"}});
  take("", ice_candidate{json_string{"candidate"}, json_string{"0"}, {}, false});
  const auto dump = recorder.dump();
  const auto begin = "push 5 " + id(1).to_string() + ' '
                     + std::to_string(one.key.attachment);
  const auto to = ' ' + id(2).to_string() + ' ';
  const auto offer = dump.find(begin + " 4 700 offer" + to + "3 ");
  const auto tick = dump.find("\ntick 5 ");
  const auto answer = dump.find(begin + " 0 700 answer" + to + "10 ");
  const auto ice = dump.find(begin + " 0 700 ice" + to + "10 ");
  BOOST_TEST(offer < tick);
  BOOST_TEST(tick < answer);
  BOOST_TEST(answer < ice);
  BOOST_TEST(ice < dump.size());
  BOOST_TEST(read_one(dump).steps.size() == 4u);
}

/// As where two rooms met after a split.
BOOST_AUTO_TEST_CASE(a_room_beyond_its_capacity_is_read) {
  room_fixture f;
  const auto one = f.join(1, true);
  f.join(2);
  f.join(3);
  f.chat(one, "hello");
  BOOST_TEST_REQUIRE(f.room.log.size() == 1u);
  f.room.log.back().heard_by = {id(2), id(3)};
  f.room.limits.capacity = 1;
  const auto start = read_one(flight_recorder{f.room}.dump()).start;
  BOOST_TEST(start.seats.size() == 3u);
  BOOST_TEST(start.log.back().heard_by.size() == 2u);
}

BOOST_AUTO_TEST_CASE(digest_tells_what_was_decided) {
  room_fixture f;
  const auto one = f.join(1), two = f.join(2);
  f.offer(one, two, "a");
  const auto first = digest_of(f.last);
  f.offer(one, two, "a");
  BOOST_TEST(digest_of(f.last) != first); // Of another number.
  BOOST_TEST(digest_of({}) != first);
}

BOOST_AUTO_TEST_CASE(nothing_that_was_said_is_kept) {
  recorded_room recorded{1};
  recorded.go_on(500);
  BOOST_TEST(recorded.dump().find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(recording_is_bounded) {
  recorded_room recorded{1};
  std::size_t most = 0, steps_least = ~std::size_t{0};
  for (int round = 0; round < 100; ++round) {
    recorded.go_on(200);
    most = std::max(most, recorded.recorder().bytes());
    if (round > 5)
      steps_least = std::min(steps_least, read_one(recorded.dump()).steps.size());
  }
  BOOST_TEST(most < 8 * limits::flight_bytes_max);
  BOOST_TEST(steps_least > 100u);
}

BOOST_AUTO_TEST_CASE(broken_recordings_are_refused_with_their_line) {
  recorded_room recorded{1};
  recorded.go_on(50);
  const auto dump = recorded.dump();
  std::string fault;
  BOOST_TEST(!read_flights("", fault));
  BOOST_TEST(fault == "no recording in it");
  BOOST_TEST(!read_flights(dump.substr(0, dump.size() - 4), fault));
  BOOST_TEST(fault == "the recording is cut off");
  BOOST_TEST(!read_flights("hello\n" + dump, fault));
  BOOST_TEST(fault == "line 1 is not of a recording");
  std::mt19937_64 random{7};
  for (int round = 0; round < 2'000; ++round) { // Whatever it is, it does no harm.
    auto broken = dump;
    broken[random() % broken.size()] = static_cast<char>(random() % 128);
    read_flights(broken, fault);
  }
}
