#include "net/static_files.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace greenroom::net {

namespace {

constexpr std::string_view default_policy
  = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob:; connect-src 'self' ws: wss:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

std::string_view trim(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos)
    return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

/// Takes what stands before the next `separator` off `rest`.
std::string_view take_until(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const auto taken = trim(rest.substr(0, end));
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return taken;
}

bool is_same(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

/// @returns Whether parameters such as "q=0" or "q=0.000" say "not at all".
bool is_unwanted(std::string_view parameters) {
  const auto equals = parameters.find('=');
  if (equals == std::string_view::npos
      || !is_same(trim(parameters.substr(0, equals)), "q"))
    return false;
  const auto value = trim(parameters.substr(equals + 1));
  return value.starts_with('0')
         && value.find_first_not_of("0.") == std::string_view::npos;
}

bool accepts_gzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    auto parameters = take_until(accept_encoding, ',');
    const auto coding = take_until(parameters, ';');
    if (is_same(coding, "gzip"))
      return !is_unwanted(parameters);
  }
  return false;
}

/// The tags are compared weakly, as RFC 9110 wants it for If-None-Match.
bool lists_etag(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    auto candidate = take_until(if_none_match, ',');
    if (candidate.starts_with("W/"))
      candidate.remove_prefix(2);
    if (candidate == etag || candidate == "*")
      return true;
  }
  return false;
}

/// What stands between the tags of scripts that name no file.
std::vector<std::string_view> inline_scripts_of(std::string_view html) {
  constexpr std::string_view opening = "<script", closing = "</script>";
  std::vector<std::string_view> result;
  for (auto at = html.find(opening); at != html.npos; at = html.find(opening, at)) {
    const auto from = html.find('>', at);
    const auto to = html.find(closing, from);
    if (to == html.npos)
      break;
    if (html.substr(at, from - at).find(" src=") == html.npos)
      result.push_back(html.substr(from + 1, to - from - 1));
    at = to;
  }
  return result;
}

std::string sha256_base64(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::array<unsigned char, 2 * SHA256_DIGEST_LENGTH> encoded{};
  const int size = EVP_EncodeBlock(encoded.data(), digest.data(), SHA256_DIGEST_LENGTH);
  return {encoded.begin(), encoded.begin() + size};
}

} // namespace

const asset* find_asset(std::span<const asset> assets, std::string_view path) {
  const auto at = [&](std::string_view wanted) -> const asset* {
    const auto found = std::ranges::find(assets, wanted, &asset::path);
    return found == assets.end() ? nullptr : &*found;
  };
  if (const auto* exact = at(path))
    return exact;
  if (!path.starts_with("/r/"))
    return nullptr;
  const auto* room_page = at("/r/");
  return room_page ? room_page : at("/");
}

representation choose_representation(const asset& file, std::string_view accept_encoding,
                                     std::string_view if_none_match) {
  representation result;
  result.is_compressed = !file.gzip.empty() && accepts_gzip(accept_encoding);
  result.body = result.is_compressed ? file.gzip : file.plain;
  result.etag = file.etag;
  if (result.is_compressed && result.etag.ends_with('"'))
    result.etag.insert(result.etag.size() - 1, "-gzip");
  result.is_unchanged = lists_etag(if_none_match, result.etag);
  return result;
}

bool is_page(std::string_view content_type) {
  return content_type.starts_with("text/html");
}

std::string_view policy_of(const asset& file) {
  return file.policy.empty() ? default_policy : file.policy;
}

std::string admit_inline_scripts(std::string_view policy, std::string_view html) {
  std::string result{policy};
  constexpr std::string_view hash = " 'sha256-";
  for (auto at = result.find(hash); at != result.npos; at = result.find(hash))
    result.erase(at, result.find('\'', at + hash.size()) + 1 - at);
  constexpr std::string_view directive = "script-src 'self'";
  const auto at = result.find(directive);
  std::string hashes;
  for (const auto script : inline_scripts_of(html))
    hashes.append(hash).append(sha256_base64(script)) += '\'';
  if (at != result.npos)
    result.insert(at + directive.size(), hashes);
  return result;
}

} // namespace greenroom::net
