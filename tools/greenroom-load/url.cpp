#include "tools/greenroom-load/url.hpp"

#include <cstring>

#include <netdb.h>

namespace greenroom::load {

namespace {

constexpr std::string_view scheme = "ws://";

bool resolve(url& result, const std::string& name, const std::string& port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(name.c_str(), port.c_str(), &wanted, &found) != 0)
    return false;
  std::memcpy(&result.address, found->ai_addr, found->ai_addrlen);
  result.address_size = found->ai_addrlen;
  ::freeaddrinfo(found);
  return true;
}

} // namespace

std::optional<url> read_url(std::string_view text, std::string& fault) {
  url result;
  result.text = text;
  if (text.starts_with("wss://")) {
    fault = "'" + result.text + "': TLS is not spoken here; name the server behind it";
    return std::nullopt;
  }
  if (!text.starts_with(scheme)) {
    fault = "'" + result.text + "' is no URL such as ws://127.0.0.1:4000";
    return std::nullopt;
  }
  text.remove_prefix(scheme.size());
  const auto slash = std::min(text.find('/'), text.size());
  result.host = text.substr(0, slash);
  result.path = text.substr(slash);
  if (result.path == "/")
    result.path.clear();
  // The colons of an IPv6 address stand within brackets.
  const auto bracket = result.host.find(']');
  const auto colon = result.host.find(':', bracket == result.host.npos ? 0 : bracket);
  auto name = result.host.substr(0, colon);
  const auto port = colon == result.host.npos ? "80" : result.host.substr(colon + 1);
  if (name.starts_with('[') && name.ends_with(']'))
    name = name.substr(1, name.size() - 2);
  if (name.empty() || !resolve(result, name, port)) {
    fault = "'" + result.text + "': no such host or port";
    return std::nullopt;
  }
  return result;
}

} // namespace greenroom::load
