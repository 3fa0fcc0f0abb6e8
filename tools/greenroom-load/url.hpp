// Where a server is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sys/socket.h>

namespace greenroom::load {

struct url {
  std::string text; ///< As it was given.
  std::string host; ///< With its port, as HTTP wants it.
  std::string path; ///< Empty: the dialect's own.
  sockaddr_storage address{};
  socklen_t address_size = 0;
};

/// @param fault Is set to what is wrong, if it cannot be read or resolved.
std::optional<url> read_url(std::string_view text, std::string& fault);

} // namespace greenroom::load
