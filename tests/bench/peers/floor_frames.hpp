// Frames and envelopes for the floor: no more than well-behaved clients need.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include <openssl/evp.h>

namespace floor_relay {

inline constexpr int no_frame = -1;
inline constexpr int text_code = 1;
inline constexpr int close_code = 8;

struct client_frame {
  int code = no_frame;
  std::string_view payload;
};

/// Takes a whole masked frame off `bytes`, which lie in `buffer`, and unmasks it
/// there.
inline client_frame take_frame(char* buffer, std::string_view& bytes) {
  if (bytes.size() < 6)
    return {};
  const auto byte_at = [&](std::size_t at) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at]));
  };
  std::uint64_t size = byte_at(1) & 127;
  std::size_t header = 6;
  if (size >= 126) {
    const std::size_t width = size == 126 ? 2 : 8;
    header += width;
    if (bytes.size() < header)
      return {};
    size = 0;
    for (std::size_t at = 2; at < 2 + width; ++at)
      size = size << 8 | byte_at(at);
  }
  if (bytes.size() - header < size)
    return {};
  std::uint32_t key = 0;
  std::memcpy(&key, bytes.data() + header - 4, 4);
  const auto wide_key = static_cast<std::uint64_t>(key) << 32 | key;
  char* at = buffer + (bytes.data() - buffer) + header;
  const client_frame result{static_cast<int>(byte_at(0) & 15), {at, size}};
  for (; size >= 8; size -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    word ^= wide_key;
    std::memcpy(at, &word, 8);
  }
  for (std::size_t rest = 0; rest < size; ++rest)
    at[rest] = static_cast<char>(at[rest] ^ static_cast<char>(wide_key >> (8 * rest)));
  bytes.remove_prefix(static_cast<std::size_t>(at - bytes.data()) + size);
  return result;
}

inline void append_header(std::string& out, std::size_t size) {
  out += static_cast<char>(0x81);
  if (size < 126) {
    out += static_cast<char>(size);
    return;
  }
  const int width = size < 65536 ? 2 : 8;
  out += static_cast<char>(width == 2 ? 126 : 127);
  for (int at = width - 1; at >= 0; --at)
    out += static_cast<char>(size >> (8 * at));
}

inline std::string accept_key(std::string_view key) {
  const auto text = std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::string result(28, '\0');
  std::array<unsigned char, 32> encoded;
  EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  std::memcpy(result.data(), encoded.data(), result.size());
  return result;
}

/// ["join_ref","ref","topic","event",payload], without any space.
struct envelope {
  std::string_view refs; ///< Both, as they came.
  std::string_view topic, event, payload;
};

inline envelope read_envelope(std::string_view text) {
  std::size_t at = 1;
  for (int ref = 0; ref < 2; ++ref)
    at = text.find(',', at) + 1;
  envelope result;
  result.refs = text.substr(1, at - 2);
  const auto topic_end = text.find('"', at + 1);
  result.topic = text.substr(at + 1, topic_end - at - 1);
  const auto event_end = text.find('"', topic_end + 3);
  result.event = text.substr(topic_end + 3, event_end - topic_end - 3);
  result.payload = text.substr(event_end + 2, text.size() - event_end - 3);
  return result;
}

inline std::string_view text_of(std::string_view payload, std::string_view key) {
  const auto at = payload.find(key);
  if (at == payload.npos)
    return {};
  const auto begin = at + key.size();
  return payload.substr(begin, payload.find('"', begin) - begin);
}

/// As long as a UUID; its beginning says whose it is.
inline std::string new_id(std::uint32_t number) {
  char text[37];
  std::snprintf(text, sizeof text, "%08x-0000-4000-8000-%012x", number, number);
  return text;
}

inline std::uint32_t number_of(std::string_view id) {
  std::uint32_t result = ~0u;
  std::from_chars(id.data(), id.data() + (id.size() < 8 ? 0 : 8), result, 16);
  return result;
}

} // namespace floor_relay
