// A text that goes from one client to another, as both of them write it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace greenroom {

/// What stands between the quotes of a JSON string. Whoever makes one has seen to it
/// that it is well-formed: UTF-8, and what JSON requires to be escaped is. So a dialect
/// passes on bytes that it has checked, instead of undoing all escapes to make them anew,
/// and nobody in between reads them.
class json_string {
public:
  json_string() = default;
  /// @pre `escaped` is well-formed. Wire's `to_json_string` makes it so, and what another
  ///      node sends came from there: nodes trust each other.
  explicit json_string(std::string escaped) : escaped_(std::move(escaped)) {}

  std::string_view escaped() const { return escaped_; }
  /// @returns Bytes with their escapes: never below those of the text.
  std::size_t size() const { return escaped_.size(); }
  bool empty() const { return escaped_.empty(); }
  bool operator==(const json_string&) const = default;

private:
  std::string escaped_;
};

} // namespace greenroom
