// Serves the page's files from memory. Pure: request headers in, choice out.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "net/asset.hpp"

namespace greenroom::net {

/// @returns The asset at `path`, or null. Each room's address, "/r/" and
///          whatever follows, is the room page's: "/r/" itself if there is one,
///          otherwise "/".
const asset* find_asset(std::span<const asset> assets, std::string_view path);

/// One of the two forms of an asset, for one request.
struct representation {
  std::string_view body;
  std::string etag; ///< Differs between the forms, as it has to.
  bool is_compressed = false;
  bool is_unchanged = false; ///< The client has it: answer 304.
};

/// @param accept_encoding The request's header; empty if it has none.
/// @param if_none_match Likewise.
representation choose_representation(const asset& file, std::string_view accept_encoding,
                                     std::string_view if_none_match);

/// @returns Whether a browser takes it for a page, which needs a policy.
bool is_page(std::string_view content_type);

/// @returns What a browser may do with the page that `file` is.
std::string_view policy_of(const asset& file);

/// @returns `policy` with the hashes of the inline scripts of `html`, and no others.
std::string admit_inline_scripts(std::string_view policy, std::string_view html);

} // namespace greenroom::net
