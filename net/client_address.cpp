#include "net/client_address.hpp"

#include <algorithm>
#include <charconv>

#include "protocol/vocabulary/limits.hpp"

namespace greenroom::net {

namespace ip = boost::asio::ip;

namespace {

/// A server that listens on "::" sees IPv4 clients in this disguise.
ip::address unmapped(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped())
    return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

std::optional<ip::address> parse_address(std::string_view text) {
  if (text.find('%') != text.npos)
    return std::nullopt; // A zone names an interface, which means nothing elsewhere.
  boost::system::error_code error;
  const auto address = ip::make_address(text, error);
  if (error)
    return std::nullopt;
  return unmapped(address);
}

template <class Bytes>
bool is_same_prefix(const Bytes& a, const Bytes& b, unsigned bits) {
  const auto whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin()))
    return false;
  const auto rest = bits % 8;
  return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

std::string_view trim(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == text.npos)
    return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

bool is_trusted(const ip::address& address, const std::vector<network>& trusted) {
  return std::ranges::any_of(trusted,
                             [&](const network& each) { return each.contains(address); });
}

} // namespace

bool network::contains(const ip::address& other) const {
  const auto plain = unmapped(other);
  if (plain.is_v4() != address.is_v4())
    return false;
  return plain.is_v4() ? is_same_prefix(plain.to_v4().to_bytes(),
                                        address.to_v4().to_bytes(), prefix_bits)
                       : is_same_prefix(plain.to_v6().to_bytes(),
                                        address.to_v6().to_bytes(), prefix_bits);
}

std::optional<network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address)
    return std::nullopt;
  const unsigned bits_max = address->is_v4() ? 32 : 128;
  network result{*address, bits_max};
  if (slash == text.npos)
    return result;
  const auto bits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(),
                                            result.prefix_bits);
  if (error != std::errc{} || end != bits.data() + bits.size()
      || result.prefix_bits > bits_max)
    return std::nullopt;
  return result;
}

std::optional<ip::address> client_address(const ip::address& peer,
                                          std::string_view forwarded_for,
                                          const std::vector<network>& trusted) {
  auto client = unmapped(peer);
  bool has_more = !forwarded_for.empty();
  for (std::size_t hops = 0; has_more && is_trusted(client, trusted); ++hops) {
    const auto comma = forwarded_for.rfind(',');
    has_more = comma != forwarded_for.npos;
    const auto last = forwarded_for.substr(has_more ? comma + 1 : 0);
    const auto next = parse_address(trim(last));
    if (!next || hops == limits::forwarded_hops_max)
      return std::nullopt;
    client = *next;
    forwarded_for.remove_suffix(last.size() + has_more);
  }
  return client;
}

} // namespace greenroom::net
