#include "tests/sim/trace.hpp"

namespace greenroom::sim {

void trace::line(instant at_ms, std::string_view text) {
  if (!out_)
    return;
  const auto ms = std::to_string(at_ms % 1000);
  auto whole = std::to_string(at_ms / 1000) + "." + std::string(3 - ms.size(), '0') + ms
               + " ";
  whole += text;
  out_(whole);
}

void line_digest::add(std::string_view line) {
  for (const char c : line)
    value_ = (value_ ^ static_cast<unsigned char>(c)) * 1099511628211u;
  value_ = (value_ ^ '\n') * 1099511628211u;
}

std::string short_name(const participant_id& who) {
  return who.is_nil() ? "nobody" : who.to_string().substr(0, 6);
}

} // namespace greenroom::sim
