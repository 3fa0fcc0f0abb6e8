// Goal: a session ends well whenever its client or its connection goes away.
#define BOOST_TEST_MODULE greenroom_protocol_session
#include <boost/test/unit_test.hpp>

#include "protocol/session/resume_token.hpp"
#include "protocol/session/session.hpp"
#include "protocol/session/suspension_ledger.hpp"

using namespace greenroom;

static const participant_id ann = participant_id::from_random(1, 1);
static const participant_id bob = participant_id::from_random(2, 2);

static admission seat(bool resumable, bool resumed = false) {
  admission result;
  result.self = ann;
  result.attachment = 7;
  result.resumable = resumable;
  result.resumed = resumed;
  return result;
}

BOOST_AUTO_TEST_CASE(leave_after_the_join_asks_the_room) {
  session_state session;
  BOOST_TEST((admit(session, seat(false)) == farewell::none));
  BOOST_TEST(session.seat.attachment == 7u);
  BOOST_TEST((leave(session) == farewell::leave));
  BOOST_TEST((leave(session) == farewell::none)); // Once is enough.
}

BOOST_AUTO_TEST_CASE(leave_during_the_join_waits_for_the_room) {
  session_state session;
  BOOST_TEST((leave(session) == farewell::none));
  BOOST_TEST(is_heard(session));
  BOOST_TEST((admit(session, seat(true)) == farewell::leave));
}

BOOST_AUTO_TEST_CASE(lost_connection_keeps_the_seat_of_those_who_opted_in) {
  session_state plain, resumable;
  admit(plain, seat(false));
  admit(resumable, seat(true));
  BOOST_TEST((lose(plain) == farewell::leave));
  BOOST_TEST((lose(resumable) == farewell::suspend));
  BOOST_TEST((lose(resumable) == farewell::none));
  BOOST_TEST(!is_heard(resumable));
}

BOOST_AUTO_TEST_CASE(join_that_nobody_heard_of_is_undone_unless_it_resumed) {
  session_state first, resumed;
  BOOST_TEST((lose(first) == farewell::none));
  BOOST_TEST((admit(first, seat(true)) == farewell::leave));
  lose(resumed);
  BOOST_TEST((admit(resumed, seat(true, true)) == farewell::suspend));
}

BOOST_AUTO_TEST_CASE(connection_lost_while_leaving_changes_nothing) {
  session_state session;
  admit(session, seat(true));
  leave(session);
  BOOST_TEST((lose(session) == farewell::none));
}

BOOST_AUTO_TEST_CASE(claim_survives_encoding) {
  const resume_claim claim{
    {"r\xC3\xA9union"}, ann, 3, 1'700'000'000'000, 1'700'000'999'999};
  BOOST_TEST((decode_claim(encode_claim(claim)) == claim));
}

BOOST_AUTO_TEST_CASE(damaged_claims_are_refused) {
  const auto bytes = encode_claim({{"room"}, ann, 1, 2, 3});
  for (std::size_t size = 0; size <= bytes.size() - 4; ++size)
    BOOST_TEST(!decode_claim(bytes.substr(0, size)).has_value());
  auto other_version = bytes;
  other_version[0] = 2;
  BOOST_TEST(!decode_claim(other_version).has_value());
  BOOST_TEST(!decode_claim(bytes + "/").has_value());
}

BOOST_AUTO_TEST_CASE(one_address_holds_only_so_many_suspended_seats) {
  suspension_ledger ledger;
  ledger.per_origin_max = 1;
  BOOST_TEST(claim(ledger, ann, "10.0.0.1", 0, 100));
  BOOST_TEST(!claim(ledger, bob, "10.0.0.1", 1, 100));
  BOOST_TEST(claim(ledger, bob, "10.0.0.2", 1, 100));
  BOOST_TEST(claim(ledger, participant_id::from_random(3, 3), "10.0.0.1", 100, 100));
}

BOOST_AUTO_TEST_CASE(resumed_seat_counts_no_longer) {
  suspension_ledger ledger;
  ledger.per_origin_max = 1;
  for (instant now = 0; now < 1000; ++now) {
    BOOST_TEST(claim(ledger, ann, "here", now, 100));
    release(ledger, ann);
  }
  BOOST_TEST(claim(ledger, bob, "here", 1000, 100));
  BOOST_TEST(ledger.deadlines.size() <= 101u);
  BOOST_TEST(ledger.held.size() == 1u);
}

BOOST_AUTO_TEST_CASE(only_so_many_addresses_hold_seats) {
  suspension_ledger ledger;
  ledger.origin_count_max = 2;
  BOOST_TEST(claim(ledger, ann, "a", 0, 100));
  BOOST_TEST(claim(ledger, bob, "b", 0, 100));
  BOOST_TEST(!claim(ledger, participant_id::from_random(3, 3), "c", 0, 100));
  BOOST_TEST(claim(ledger, participant_id::from_random(3, 3), "c", 100, 100));
}
