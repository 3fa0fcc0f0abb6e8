// Participants with short names: $A to $F in transcripts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/vocabulary/messages.hpp"

namespace greenroom::test {

inline participant_id person(char letter) {
  return participant_id::from_bits(0, 0xa + static_cast<std::uint64_t>(letter - 'A'));
}

inline std::string name_of(char letter) {
  const std::string_view names[]{"Ann", "Bob", "Cem", "Dua", "Eve", "Flo"};
  return std::string{names[letter - 'A']};
}

inline void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
    text.replace(at, from.size(), to);
}

/// Writes ids for `$A`.
inline std::string expand(std::string text) {
  for (char letter = 'A'; letter <= 'F'; ++letter)
    replace_all(text, std::string{'$', letter}, person(letter).to_string());
  return text;
}

/// Writes `$A` for ids.
inline std::string abbreviate(std::string text) {
  for (char letter = 'A'; letter <= 'F'; ++letter)
    replace_all(text, person(letter).to_string(), std::string{'$', letter});
  return text;
}

/// In the roster under version `version`, with nothing muted or shared.
inline presence present(char letter, presence_version version,
                        presence_version previous = 0) {
  presence result;
  result.who = person(letter);
  result.display_name = name_of(letter);
  result.version = version;
  result.previous = previous;
  return result;
}

} // namespace greenroom::test
