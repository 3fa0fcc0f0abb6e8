#include "actors/resume_tokens.hpp"

#include "protocol/session/resume_token.hpp"
#include "protocol/vocabulary/limits.hpp"
#include "protocol/vocabulary/text.hpp"

namespace greenroom {

namespace {

/// Takes the same time wherever the first difference is, so that a signature
/// cannot be guessed byte by byte.
bool is_same(const signer_port::signature& expected, std::string_view given) {
  unsigned difference = given.size() == expected.size() ? 0 : 1;
  for (std::size_t at = 0; at < expected.size() && at < given.size(); ++at)
    difference |= expected[at] ^ static_cast<unsigned char>(given[at]);
  return difference == 0;
}

} // namespace

std::string seal_token(const resume_claim& claim, const signer_port& signer) {
  auto bytes = encode_claim(claim);
  const auto signature = signer.sign(bytes);
  bytes.append(signature.begin(), signature.end());
  return base64url(bytes);
}

std::optional<resume_claim> open_token(std::string_view token, const room_id& room,
                                       instant now, const signer_port& signer) {
  constexpr std::size_t signature_size = signer_port::signature{}.size();
  std::string bytes;
  if (token.size() > limits::resume_token_bytes_max || !decode_base64url(token, bytes)
      || bytes.size() < signature_size)
    return std::nullopt;
  const auto content = std::string_view{bytes}.substr(0, bytes.size() - signature_size);
  if (!is_same(signer.sign(content), std::string_view{bytes}.substr(content.size())))
    return std::nullopt;
  auto claim = decode_claim(content);
  if (!claim || claim->room != room || claim->expires_at <= now)
    return std::nullopt;
  return claim;
}

} // namespace greenroom
