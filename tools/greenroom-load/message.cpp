#include "tools/greenroom-load/message.hpp"

#include <charconv>

#include <rapidjson/document.h>

namespace greenroom::load {

namespace {

using rapidjson::Value;

/// Walks over the elements of an array.
class cursor {
public:
  explicit cursor(std::string_view text) : rest_(text) {}

  bool take(char wanted) {
    skip_space();
    if (!rest_.starts_with(wanted))
      return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Takes a string, a number or null, and the comma behind it.
  std::optional<std::string_view> take_element() {
    skip_space();
    std::string_view result;
    if (take('"')) {
      const auto end = end_of_text();
      if (end == rest_.npos)
        return std::nullopt;
      result = rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
    } else {
      result = rest_.substr(0, rest_.find_first_of(", \n"));
      rest_.remove_prefix(result.size());
    }
    return take(',') ? std::optional{result} : std::nullopt;
  }

  std::string_view rest() {
    skip_space();
    return rest_;
  }

private:
  void skip_space() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n'))
      rest_.remove_prefix(1);
  }

  std::size_t end_of_text() const {
    auto end = rest_.find('"');
    while (end != rest_.npos && is_escaped(end))
      end = rest_.find('"', end + 1);
    return end;
  }

  bool is_escaped(std::size_t at) const {
    std::size_t count = 0;
    while (count < at && rest_[at - count - 1] == '\\')
      ++count;
    return count % 2 == 1;
  }

  std::string_view rest_;
};

std::string_view view_of(const Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

const Value* member(const Value& object, const char* name) {
  if (!object.IsObject())
    return nullptr;
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string text_of(const Value& object, const char* name) {
  const auto* value = member(object, name);
  return value && value->IsString() ? std::string{view_of(*value)} : std::string{};
}

std::uint64_t number_of(const Value& object, const char* name) {
  const auto* value = member(object, name);
  return value && value->IsUint64() ? value->GetUint64() : 0;
}

bool read_people(const Value* from, std::vector<presence>& into) {
  if (!from || !from->IsObject())
    return false;
  for (const auto& [id, entry] : from->GetObject()) {
    const auto* metas = member(entry, "metas");
    if (!metas || !metas->IsArray() || metas->Empty())
      return false;
    for (const auto& meta : metas->GetArray())
      into.push_back({decode_name(text_of(meta, "display_name")),
                      std::string{view_of(id)}, text_of(meta, "phx_ref")});
  }
  return true;
}

bool says(const Value& payload, const char* name, std::string_view wanted) {
  const auto* value = member(payload, name);
  return value && value->IsString() && view_of(*value) == wanted;
}

} // namespace

std::optional<message> read_message(std::string_view text) {
  cursor at{text};
  if (!at.take('['))
    return std::nullopt;
  message result;
  const auto join_ref = at.take_element();
  const auto ref = at.take_element();
  const auto topic = at.take_element();
  const auto event = at.take_element();
  const auto rest = at.rest();
  const auto end = rest.rfind(']');
  if (!join_ref || !ref || !topic || !event || end == rest.npos)
    return std::nullopt;
  return message{*ref, *topic, *event, rest.substr(0, end)};
}

std::optional<reply> read_reply(std::string_view payload) {
  rapidjson::Document document;
  document.Parse(payload.data(), payload.size());
  const auto* response = document.HasParseError() ? nullptr
                                                  : member(document, "response");
  if (!response)
    return std::nullopt;
  reply result;
  result.is_ok = text_of(document, "status") == "ok";
  result.error = text_of(*response, "error");
  if (result.error.empty())
    result.error = text_of(*response, "reason");
  result.to_id = text_of(*response, "to_id");
  result.self_id = text_of(*response, "self_id");
  result.capacity = number_of(*response, "capacity");
  result.resume_token = text_of(*response, "resume_token");
  const auto* resumed = member(*response, "resumed");
  result.resumed = resumed && resumed->IsTrue();
  result.received = number_of(*response, "received");
  result.last_seq = number_of(*response, "seq");
  return result;
}

std::optional<std::vector<presence>> read_presence_state(std::string_view payload) {
  rapidjson::Document document;
  document.Parse(payload.data(), payload.size());
  std::vector<presence> result;
  if (document.HasParseError() || !read_people(&document, result))
    return std::nullopt;
  return result;
}

std::optional<presence_diff> read_presence_diff(std::string_view payload) {
  rapidjson::Document document;
  document.Parse(payload.data(), payload.size());
  presence_diff result;
  if (document.HasParseError() || !read_people(member(document, "joins"), result.joins)
      || !read_people(member(document, "leaves"), result.leaves))
    return std::nullopt;
  return result;
}

bool fulfils(std::string_view payload, const expectation& wanted) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(payload.data(), payload.size());
  if (document.HasParseError() || !says(document, "from_id", wanted.from_id)
      || (!wanted.to_id.empty() && !says(document, "to_id", wanted.to_id)))
    return false;
  if (wanted.field.empty())
    return true;
  const auto* text = member(document, std::string{wanted.field}.c_str());
  return text && text->IsString() && view_of(*text).starts_with(wanted.mark)
         && view_of(*text).substr(wanted.mark.size()) == wanted.rest;
}

std::optional<std::uint64_t> find_seq(std::string_view payload) {
  constexpr std::string_view key = "\"seq\":";
  const auto found = payload.rfind(key);
  if (found == payload.npos)
    return std::nullopt;
  std::uint64_t result = 0;
  const char* begin = payload.data() + found + key.size();
  const auto [end, error] = std::from_chars(begin, payload.data() + payload.size(),
                                            result);
  return error == std::errc{} && end != begin ? std::optional{result} : std::nullopt;
}

} // namespace greenroom::load
