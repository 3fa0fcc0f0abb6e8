// Just enough JSON for tests: values are written as text and read by path.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <rapidjson/document.h>

namespace greenroom::test {

/// @returns `text` as a JSON string, quotes included.
std::string quoted(std::string_view text);

/// @param members Names, and values that are JSON already.
std::string
object(std::initializer_list<std::pair<std::string_view, std::string>> members);

/// A parsed document, whose paths are JSON pointers such as "/response/self_id".
class json {
public:
  explicit json(const std::string& text);
  /// Copies a part of another document.
  explicit json(const rapidjson::Value& value);

  bool has(const char* path) const { return find(path) != nullptr; }
  /// @throws std::runtime_error unless there is a string.
  std::string text(const char* path) const;
  /// @throws std::runtime_error unless there is an integer.
  std::int64_t number(const char* path) const;
  bool truth(const char* path) const;
  /// @returns The value there as JSON; "" if there is none.
  std::string dump(const char* path = "") const;

  const rapidjson::Document& document() const { return document_; }

private:
  const rapidjson::Value* find(const char* path) const;
  const rapidjson::Value& at(const char* path) const;
  rapidjson::Document document_;
};

} // namespace greenroom::test
