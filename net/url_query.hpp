// The part of a URL behind the question mark.
#pragma once

#include <string>
#include <string_view>

namespace greenroom::net {

/// @param target As in a request line, such as "/socket/websocket?vsn=2.0.0".
std::string_view path_of(std::string_view target);

/// @returns The decoded value of `name`; the last one if it is given more than
///          once, and empty if it is not given.
std::string query_value(std::string_view target, std::string_view name);

} // namespace greenroom::net
