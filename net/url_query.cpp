#include "net/url_query.hpp"

namespace greenroom::net {

namespace {

int hexadecimal(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  if (digit >= 'a' && digit <= 'f')
    return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F')
    return digit - 'A' + 10;
  return -1;
}

/// What is no escape stands for itself, as in browsers.
std::string decode(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool may_escape = text[at] == '%' && at + 2 < text.size();
    const int high = may_escape ? hexadecimal(text[at + 1]) : -1;
    const int low = may_escape ? hexadecimal(text[at + 2]) : -1;
    if (high >= 0 && low >= 0) {
      result += static_cast<char>(high * 16 + low);
      at += 2;
    } else {
      result += text[at] == '+' ? ' ' : text[at];
    }
  }
  return result;
}

} // namespace

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find_first_of("?#"));
}

std::string query_value(std::string_view target, std::string_view name) {
  target = target.substr(0, target.find('#'));
  const auto start = target.find('?');
  std::string value;
  if (start == std::string_view::npos)
    return value;
  auto rest = target.substr(start + 1);
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const auto pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const auto equals = pair.find('=');
    if (decode(pair.substr(0, equals)) == name)
      value = equals == std::string_view::npos ? "" : decode(pair.substr(equals + 1));
  }
  return value;
}

} // namespace greenroom::net
