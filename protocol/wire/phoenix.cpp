#include "protocol/wire/phoenix.hpp"

#include "protocol/wire/phoenix_connection.hpp"

namespace greenroom::wire {

namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// Phoenix's own servers match `~> 1.0.0` and `~> 2.0.0`.
bool is_patch_of(std::string_view vsn, std::string_view minor) {
  return vsn.starts_with(minor) && is_number(vsn.substr(minor.size()));
}

} // namespace

std::optional<phoenix_version> phoenix_version_of(std::string_view vsn) {
  if (vsn.empty() || is_patch_of(vsn, "1.0."))
    return phoenix_version::v1;
  if (is_patch_of(vsn, "2.0."))
    return phoenix_version::v2;
  return std::nullopt;
}

std::unique_ptr<dialect> make_phoenix(phoenix_version version) {
  return std::make_unique<phoenix_connection>(version);
}

} // namespace greenroom::wire
