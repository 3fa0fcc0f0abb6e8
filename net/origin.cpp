#include "net/origin.hpp"

#include <algorithm>
#include <cctype>

namespace greenroom::net {

namespace {

/// Empty: not given.
struct authority {
  std::string_view scheme, host, port;
};

bool is_same(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

std::string_view default_port(std::string_view scheme) {
  if (is_same(scheme, "http") || is_same(scheme, "ws"))
    return "80";
  if (is_same(scheme, "https") || is_same(scheme, "wss"))
    return "443";
  return {};
}

void read_host_and_port(std::string_view text, authority& out) {
  const auto bracket = text.rfind(']'); // Of an IPv6 address, which has colons.
  const auto from = bracket == std::string_view::npos ? 0 : bracket;
  const auto colon = text.find(':', from);
  out.host = text.substr(0, colon);
  out.port = colon == std::string_view::npos ? "" : text.substr(colon + 1);
}

/// @returns Nothing unless `text` is [scheme:]//host[:port].
std::optional<authority> parse(std::string_view text) {
  const auto slashes = text.find("//");
  if (slashes == std::string_view::npos)
    return std::nullopt;
  authority result;
  result.scheme = text.substr(0, slashes);
  if (!result.scheme.empty()) {
    if (!result.scheme.ends_with(':') || result.scheme.size() == 1)
      return std::nullopt;
    result.scheme.remove_suffix(1);
  }
  read_host_and_port(text.substr(slashes + 2), result);
  if (result.host.empty())
    return std::nullopt;
  return result;
}

std::string_view port_of(const authority& where, std::string_view scheme) {
  return where.port.empty() ? default_port(scheme) : where.port;
}

bool is_own_page(const authority& origin, std::string_view host_header) {
  authority own;
  read_host_and_port(host_header, own);
  return !own.host.empty() && is_same(origin.host, own.host)
         && port_of(origin, origin.scheme) == port_of(own, origin.scheme);
}

bool host_matches(std::string_view host, std::string_view pattern) {
  if (!pattern.starts_with("*."))
    return is_same(host, pattern);
  const auto suffix = pattern.substr(1);
  if (is_same(host, suffix.substr(1)))
    return true;
  return host.size() > suffix.size()
         && is_same(host.substr(host.size() - suffix.size()), suffix);
}

bool matches(const authority& origin, const authority& entry) {
  if (!host_matches(origin.host, entry.host))
    return false;
  if (!entry.scheme.empty() && !is_same(origin.scheme, entry.scheme))
    return false;
  const auto port = port_of(entry, entry.scheme);
  return port.empty() || port == port_of(origin, origin.scheme);
}

} // namespace

bool is_origin_pattern(std::string_view text) {
  const auto entry = parse(text);
  const auto is_digit = [](char byte) { return byte >= '0' && byte <= '9'; };
  return text == "*"
         || (entry && entry->host.find_first_of("/ \t") == entry->host.npos
             && std::ranges::all_of(entry->port, is_digit));
}

bool is_origin_allowed(std::optional<std::string_view> origin, std::string_view host,
                       const std::vector<std::string>& allowed) {
  if (!origin || std::ranges::find(allowed, "*") != allowed.end())
    return true;
  const auto asked = parse(*origin);
  if (!asked || asked->scheme.empty())
    return false;
  return is_own_page(*asked, host)
         || std::ranges::any_of(allowed, [&](const std::string& text) {
              const auto entry = parse(text);
              return entry && matches(*asked, *entry);
            });
}

} // namespace greenroom::net
