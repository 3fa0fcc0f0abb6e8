// Who a client is, by its address: behind a proxy that is what the proxy says,
// if the operator trusts it. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace greenroom::net {

/// An address, or all that begin with the same bits.
struct network {
  boost::asio::ip::address address;
  unsigned prefix_bits = 0;

  bool contains(const boost::asio::ip::address& other) const;
};

/// Reads "192.0.2.1", "10.0.0.0/8", "2001:db8::1" or "2001:db8::/32".
std::optional<network> parse_network(std::string_view text);

/// @param peer Who is at the other end of the connection.
/// @param forwarded_for All `X-Forwarded-For` headers, as one list. Each proxy
///        adds to its end from whom it was asked, so it is read from there.
/// @returns `peer`, unless that is trusted: then the right-most address of the
///          list that is not, or the first of all if each is. Nothing if what
///          had to be read is no list of addresses, or longer than
///          `limits::forwarded_hops_max`.
std::optional<boost::asio::ip::address>
client_address(const boost::asio::ip::address& peer, std::string_view forwarded_for,
               const std::vector<network>& trusted);

} // namespace greenroom::net
