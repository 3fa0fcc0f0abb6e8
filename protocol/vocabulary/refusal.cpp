#include "protocol/vocabulary/refusal.hpp"

namespace greenroom {

namespace {

struct code_reader {
  std::string_view operator()(const capacity_reached&) const { return "capacity"; }
  std::string_view operator()(const invalid_payload&) const { return "invalid_payload"; }
  std::string_view operator()(const unknown_peer&) const { return "unknown_peer"; }
  std::string_view operator()(const not_in_room&) const { return "not_in_room"; }
  std::string_view operator()(const unavailable&) const { return "unavailable"; }
};

} // namespace

std::string_view code_of(const refusal& reason) {
  return std::visit(code_reader{}, reason);
}

} // namespace greenroom
