// Goal: the books find what is wrong, call it by its name, count it once, and accuse
// nobody of what leaving brings with it.
#define BOOST_TEST_MODULE greenroom_load_ledger
#include <boost/test/unit_test.hpp>

#include <string>

#include "tools/greenroom-load/ledger.hpp"

using namespace greenroom::load;

namespace {

constexpr std::uint32_t first_seat = 12;

stay_name at(std::uint32_t place, std::uint16_t generation = 1) {
  return {first_seat + place, generation};
}

/// A room of three, all of whom are in.
struct room {
  room() {
    for (std::uint32_t place = 0; place < 3; ++place)
      books.begin_stay(at(place));
  }

  marker signal(stay_name from, stay_name to) {
    return {.from = from, .to = to, .number = books.book_signal(from, to)};
  }
  marker chat(stay_name from) {
    return {
      .from = from, .to = from, .number = books.book_broadcast(traffic::chat, from)};
  }
  void all_hear(const marker& what, traffic kind = traffic::chat) {
    for (std::uint32_t place = 0; place < 3; ++place)
      if (books.is_present(at(place)))
        books.hear(kind, at(place), what);
  }

  /// What is wrong at the end, as one short line.
  std::string found() const {
    std::string result;
    for (const auto& [name, count] : books.found(true).rows())
      if (count > 0)
        result += (result.empty() ? "" : ", ") + std::to_string(count) + ' '
                  + std::string{name};
    return result;
  }

  ledger books{first_seat, 3};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(what_comes_once_and_in_order_is_right, room) {
  for (int count = 0; count < 3; ++count) {
    BOOST_TEST(books.hear(traffic::signal, at(1), signal(at(0), at(1))));
    all_hear(chat(at(2)));
  }
  BOOST_TEST(books.is_settled());
  BOOST_TEST(found() == "");
}

BOOST_FIXTURE_TEST_CASE(what_has_not_come_is_lost_only_at_the_end, room) {
  signal(at(0), at(1));
  BOOST_TEST(!books.is_settled());
  BOOST_TEST(books.found(false).total() == 0u);
  BOOST_TEST(found() == "1 lost");
}

BOOST_FIXTURE_TEST_CASE(a_gap_is_lost, room) {
  const auto first = signal(at(0), at(1));
  const auto second = signal(at(0), at(1));
  const auto third = signal(at(0), at(1));
  books.hear(traffic::signal, at(1), first);
  books.hear(traffic::signal, at(1), third);
  BOOST_TEST(found() == "1 lost");
  BOOST_TEST(books.hear(traffic::signal, at(1), second));
  BOOST_TEST(found() == "1 out of order");
  BOOST_TEST(books.is_settled());
}

BOOST_FIXTURE_TEST_CASE(a_second_time_is_a_duplicate, room) {
  const auto what = signal(at(0), at(1));
  BOOST_TEST(books.hear(traffic::signal, at(1), what));
  BOOST_TEST(!books.hear(traffic::signal, at(1), what));
  BOOST_TEST(found() == "1 duplicated");
}

BOOST_FIXTURE_TEST_CASE(another_ones_signal_is_misdelivered, room) {
  BOOST_TEST(!books.hear(traffic::signal, at(2), signal(at(0), at(1))));
  BOOST_TEST(found() == "1 lost, 1 misdelivered");
}

BOOST_FIXTURE_TEST_CASE(another_rooms_chat_is_misdelivered, room) {
  const marker what{.from = {first_seat - 1, 1}, .to = {first_seat - 1, 1}};
  BOOST_TEST(!books.hear(traffic::chat, at(0), what));
  BOOST_TEST(found() == "1 misdelivered");
}

BOOST_FIXTURE_TEST_CASE(what_nobody_has_said_is_damaged, room) {
  auto what = chat(at(0));
  all_hear(what);
  what.number = 7;
  BOOST_TEST(!books.hear(traffic::chat, at(1), what));
  what.from.generation = 9;
  BOOST_TEST(!books.hear(traffic::chat, at(1), what));
  BOOST_TEST(found() == "2 damaged");
}

BOOST_FIXTURE_TEST_CASE(what_is_under_way_to_a_leaver_is_excused, room) {
  const auto heard = signal(at(0), at(1));
  signal(at(0), at(1));
  books.hear(traffic::signal, at(1), heard);
  chat(at(1)); // Its own, too.
  books.end_stay(at(1), true);
  BOOST_TEST(found() == "2 lost", "the chat, by the two who stayed");
}

BOOST_FIXTURE_TEST_CASE(what_a_leaver_said_before_must_come, room) {
  const auto said = signal(at(1), at(0));
  books.end_stay(at(1), true);
  books.begin_stay(at(1, 2));
  BOOST_TEST(found() == "1 lost");
  // The successor's comes first, so the other is not to come any more.
  books.hear(traffic::signal, at(0), signal(at(1, 2), at(0)));
  BOOST_TEST(found() == "1 lost");
  BOOST_TEST(books.hear(traffic::signal, at(0), said) == false);
}

BOOST_FIXTURE_TEST_CASE(what_somebody_said_who_vanished_may_be_lost, room) {
  signal(at(1), at(0));
  books.end_stay(at(1), false);
  BOOST_TEST(found() == "");
}

BOOST_FIXTURE_TEST_CASE(a_newcomer_hears_all_from_then_on_and_some_from_before, room) {
  books.end_stay(at(2), true);
  const auto before = chat(at(0));
  const auto just_before = chat(at(0));
  books.begin_stay(at(2, 2));
  const auto after = chat(at(0));
  for (const auto& each : {before, just_before, after})
    for (const auto& who : {at(0), at(1)})
      books.hear(traffic::chat, who, each);
  BOOST_TEST(found() == "1 lost", "the newcomer has not heard the last");
  books.hear(traffic::chat, at(2, 2), just_before);
  BOOST_TEST(found() == "1 lost");
  books.hear(traffic::chat, at(2, 2), after);
  BOOST_TEST(found() == "");
}

BOOST_FIXTURE_TEST_CASE(a_message_for_the_former_participant_is_misdelivered, room) {
  const auto what = signal(at(0), at(1));
  books.end_stay(at(1), true);
  books.begin_stay(at(1, 2));
  BOOST_TEST(!books.hear(traffic::signal, at(1, 2), what));
  BOOST_TEST(found() == "1 misdelivered");
}

BOOST_FIXTURE_TEST_CASE(of_media_updates_the_last_must_come, room) {
  marker last;
  for (int count = 0; count < 3; ++count)
    last = {
      .from = at(0), .to = at(0), .number = books.book_broadcast(traffic::media, at(0))};
  BOOST_TEST(found() == "3 lost", "one for each who hears it");
  all_hear(last, traffic::media);
  BOOST_TEST(found() == "");
  BOOST_TEST(books.merged() == 6u);
}
