// A file of the web page, as it lies in the program.
#pragma once

#include <string_view>

namespace greenroom::net {

struct asset {
  std::string_view path; ///< As requested, such as "/app.js"; "/" for the page.
  std::string_view content_type;
  std::string_view etag; ///< Strong, quotes included; changes with the content.
  std::string_view plain;
  std::string_view gzip; ///< Empty where compression does not pay.
  /// The `Content-Security-Policy` to serve a page with. It admits the page's
  /// import map by its hash, which only the build knows. Empty: no page.
  std::string_view policy = {};
};

} // namespace greenroom::net
