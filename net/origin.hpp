// Which web pages may open a WebSocket: a browser sends its user's cookies and
// network access along, whatever page asks it to. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greenroom::net {

/// @param origin The `Origin` header, if there is one. Programs send none, and
///        are let in.
/// @param host The `Host` header; a page of this very server is let in.
/// @param allowed Origins let in beside that: "https://example.org" (with the
///        scheme's own port unless one is given), "//example.org" (any scheme
///        and port), "//example.org:8443", "//*.example.org" (example.org and
///        every name below it), each with or without scheme; "*" lets in all.
bool is_origin_allowed(std::optional<std::string_view> origin, std::string_view host,
                       const std::vector<std::string>& allowed);

/// @returns Whether `text` is an entry that can match: "*", or what the list above
///          shows, without a path.
bool is_origin_pattern(std::string_view text);

} // namespace greenroom::net
