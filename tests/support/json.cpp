#include "tests/support/json.hpp"

#include <stdexcept>

#include <rapidjson/pointer.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace greenroom::test {

std::string quoted(std::string_view text) {
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer{out};
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return {out.GetString(), out.GetSize()};
}

std::string
object(std::initializer_list<std::pair<std::string_view, std::string>> members) {
  std::string result;
  for (const auto& [name, value] : members)
    result += (result.empty() ? "{" : ",") + quoted(name) + ":" + value;
  return result.empty() ? "{}" : result + "}";
}

json::json(const std::string& text) {
  document_.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  if (document_.HasParseError())
    throw std::runtime_error("the server sent what is no JSON: " + text.substr(0, 200));
}

json::json(const rapidjson::Value& value) {
  document_.CopyFrom(value, document_.GetAllocator());
}

std::string json::text(const char* path) const {
  const auto& value = at(path);
  if (!value.IsString())
    throw std::runtime_error(std::string{"no text at "} + path + ": " + dump());
  return {value.GetString(), value.GetStringLength()};
}

std::int64_t json::number(const char* path) const {
  const auto& value = at(path);
  if (!value.IsInt64())
    throw std::runtime_error(std::string{"no integer at "} + path + ": " + dump());
  return value.GetInt64();
}

bool json::truth(const char* path) const {
  const auto& value = at(path);
  if (!value.IsBool())
    throw std::runtime_error(std::string{"neither true nor false at "} + path + ": "
                             + dump());
  return value.GetBool();
}

std::string json::dump(const char* path) const {
  const auto* value = find(path);
  if (!value)
    return {};
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer{out};
  value->Accept(writer);
  return {out.GetString(), out.GetSize()};
}

const rapidjson::Value* json::find(const char* path) const {
  return rapidjson::Pointer{path}.Get(document_);
}

const rapidjson::Value& json::at(const char* path) const {
  if (const auto* value = find(path))
    return *value;
  throw std::runtime_error(std::string{"nothing at "} + path + ": " + dump());
}

} // namespace greenroom::test
