// Goal: a client's address is what a trusted proxy says that it is; nobody else's
// word counts.
#define BOOST_TEST_MODULE greenroom_net_client_address
#include <boost/test/unit_test.hpp>

#include "net/client_address.hpp"
#include "protocol/vocabulary/limits.hpp"

using namespace greenroom;
using namespace greenroom::net;

/// @returns The client's address as text, or "malformed".
static std::string seen(const std::string& peer, std::string_view forwarded_for,
                        const std::vector<std::string>& trusted) {
  std::vector<network> networks;
  for (const auto& each : trusted)
    networks.push_back(parse_network(each).value());
  const auto client = client_address(boost::asio::ip::make_address(peer), forwarded_for,
                                     networks);
  return client ? client->to_string() : "malformed";
}

BOOST_AUTO_TEST_CASE(nobody_is_trusted_unless_listed) {
  BOOST_TEST(seen("192.0.2.1", "203.0.113.7", {}) == "192.0.2.1");
  BOOST_TEST(seen("192.0.2.1", "203.0.113.7", {"192.0.2.2"}) == "192.0.2.1");
  BOOST_TEST(seen("192.0.2.1", "rubbish", {"192.0.2.2"}) == "192.0.2.1");
}

BOOST_AUTO_TEST_CASE(a_trusted_proxy_is_believed) {
  BOOST_TEST(seen("192.0.2.1", "203.0.113.7", {"192.0.2.1"}) == "203.0.113.7");
  BOOST_TEST(seen("192.0.2.1", " 203.0.113.7\t", {"192.0.2.0/24"}) == "203.0.113.7");
  BOOST_TEST(seen("::ffff:192.0.2.1", "203.0.113.7", {"192.0.2.1"}) == "203.0.113.7");
  BOOST_TEST(seen("192.0.2.1", "::ffff:203.0.113.7", {"192.0.2.1"}) == "203.0.113.7");
  BOOST_TEST(seen("192.0.2.1", "2001:db8::7", {"192.0.2.1"}) == "2001:db8::7");
  BOOST_TEST(seen("192.0.2.1", "", {"192.0.2.1"}) == "192.0.2.1");
}

BOOST_AUTO_TEST_CASE(what_a_client_made_up_stands_to_the_left) {
  const std::vector<std::string> trusted{"10.0.0.0/8"};
  BOOST_TEST(seen("10.1.1.1", "1.2.3.4, 203.0.113.7", trusted) == "203.0.113.7");
  BOOST_TEST(seen("10.1.1.1", "rubbish, 203.0.113.7", trusted) == "203.0.113.7");
  BOOST_TEST(seen("10.1.1.1", "10.9.9.9, 203.0.113.7, 10.2.2.2", trusted)
             == "203.0.113.7");
  BOOST_TEST(seen("10.1.1.1", std::string(9000, ',') + "203.0.113.7", trusted)
             == "203.0.113.7");
}

BOOST_AUTO_TEST_CASE(the_first_counts_where_all_are_trusted) {
  BOOST_TEST(seen("10.1.1.1", "10.3.3.3, 10.2.2.2", {"10.0.0.0/8"}) == "10.3.3.3");
}

BOOST_AUTO_TEST_CASE(what_is_no_list_of_addresses_is_told) {
  for (const auto* list : {"rubbish", "203.0.113.7,", ", 10.2.2.2", "203.0.113.7:80",
                           "203.0.113", "unknown", "fe80::1%lo", "rubbish, 10.2.2.2"})
    BOOST_TEST(seen("10.1.1.1", list, {"10.0.0.0/8"}) == "malformed", list);
}

BOOST_AUTO_TEST_CASE(a_list_is_read_as_far_as_its_bound) {
  std::string hops = "203.0.113.7";
  for (std::size_t count = 1; count < limits::forwarded_hops_max; ++count)
    hops += ", 10.2.2.2";
  BOOST_TEST(seen("10.1.1.1", hops, {"10.0.0.0/8"}) == "203.0.113.7");
  BOOST_TEST(seen("10.1.1.1", hops + ", 10.2.2.2", {"10.0.0.0/8"}) == "malformed");
}

BOOST_AUTO_TEST_CASE(networks_hold_what_begins_alike) {
  const auto holds = [](std::string_view net, const char* address) {
    return parse_network(net).value().contains(boost::asio::ip::make_address(address));
  };
  BOOST_TEST(holds("172.16.0.0/12", "172.31.255.255"));
  BOOST_TEST(!holds("172.16.0.0/12", "172.32.0.0"));
  BOOST_TEST(holds("0.0.0.0/0", "255.1.2.3"));
  BOOST_TEST(!holds("0.0.0.0/0", "::1"));
  BOOST_TEST(holds("2001:db8::/33", "2001:db8:7fff::1"));
  BOOST_TEST(!holds("2001:db8::/33", "2001:db8:8000::1"));
  BOOST_TEST(holds("192.0.2.1", "192.0.2.1"));
  BOOST_TEST(!holds("192.0.2.1", "192.0.2.2"));
}

BOOST_AUTO_TEST_CASE(what_is_no_network_is_refused) {
  for (const auto* text : {"", "/", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1",
                           "10.0.0.0/8x", "10.0.0/8", "localhost", "fe80::1%lo", "10/8"})
    BOOST_TEST(!parse_network(text), text);
}
