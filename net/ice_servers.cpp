#include "net/ice_servers.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "protocol/vocabulary/invariant.hpp"

namespace greenroom::net {

namespace {

/// What TURN servers expect: base 64 of HMAC-SHA1, the scheme of "A REST API
/// for access to TURN services" (draft-uberti-behave-turn-rest).
std::string credential_for(std::string_view username, std::string_view secret) {
  std::array<unsigned char, 20> mac;
  unsigned int size = 0;
  const auto* made = HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
                          reinterpret_cast<const unsigned char*>(username.data()),
                          username.size(), mac.data(), &size);
  invariant(made && size == mac.size());
  std::array<unsigned char, 29> text; // 28 characters and a terminator.
  const int length = EVP_EncodeBlock(text.data(), mac.data(), mac.size());
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length)};
}

} // namespace

ice_servers::ice_servers(ice_options options) : options_(std::move(options)) {}

std::vector<ice_server> ice_servers::servers_for(const participant_id& who,
                                                 instant now) const {
  std::vector<ice_server> result;
  if (!options_.stun_urls.empty())
    result.push_back({options_.stun_urls, {}, {}});
  if (options_.turn_urls.empty() || options_.turn_secret.empty())
    return result;
  const auto expiry = (now + options_.turn_credential_ms) / 1000;
  auto username = std::to_string(expiry) + ':' + who.to_string();
  auto credential = credential_for(username, options_.turn_secret);
  result.push_back({options_.turn_urls, std::move(username), std::move(credential)});
  return result;
}

} // namespace greenroom::net
