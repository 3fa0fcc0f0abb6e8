#include "protocol/session/resume_token.hpp"

#include <concepts>

namespace greenroom {

namespace {

constexpr char format_version = 1;
constexpr std::size_t fixed_size = 1 + 4 + 8 + 8 + 8 + 8;

/// Big endian, so that tokens read the same on every machine.
template <std::unsigned_integral T>
void put(std::string& out, T value) {
  for (int shift = 8 * (sizeof(T) - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<char>((value >> shift) & 0xFF));
}

template <std::unsigned_integral T>
T take(std::string_view& bytes) {
  T value = 0;
  for (std::size_t at = 0; at < sizeof(T); ++at)
    value = static_cast<T>(value << 8) | static_cast<unsigned char>(bytes[at]);
  bytes.remove_prefix(sizeof(T));
  return value;
}

} // namespace

std::string encode_claim(const resume_claim& claim) {
  std::string bytes;
  bytes.reserve(fixed_size + claim.room.value.size());
  bytes.push_back(format_version);
  put(bytes, claim.generation);
  put(bytes, static_cast<std::uint64_t>(claim.born_at));
  put(bytes, static_cast<std::uint64_t>(claim.expires_at));
  put(bytes, claim.who.high());
  put(bytes, claim.who.low());
  bytes += claim.room.value;
  return bytes;
}

std::optional<resume_claim> decode_claim(std::string_view bytes) {
  if (bytes.size() < fixed_size || bytes.front() != format_version)
    return std::nullopt;
  bytes.remove_prefix(1);
  resume_claim claim;
  claim.generation = take<std::uint32_t>(bytes);
  claim.born_at = static_cast<instant>(take<std::uint64_t>(bytes));
  claim.expires_at = static_cast<instant>(take<std::uint64_t>(bytes));
  const auto high = take<std::uint64_t>(bytes);
  claim.who = participant_id::from_bits(high, take<std::uint64_t>(bytes));
  if (!is_valid_room_id(bytes))
    return std::nullopt;
  claim.room.value = bytes;
  return claim;
}

} // namespace greenroom
