// Whether the server can admit anybody now, and if not, why.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace greenroom::net {

/// What may stand in the way. Several may at once.
enum class obstacle : std::uint32_t {
  starting = 1,
  stopping = 2,
  accept_failing = 4, ///< No more sockets can be opened.
  crowded = 8,        ///< As many connections as are allowed.
};

/// Shared by all threads of a server.
class readiness {
public:
  void raise(obstacle what) { raised_ |= static_cast<std::uint32_t>(what); }
  void clear(obstacle what) { raised_ &= ~static_cast<std::uint32_t>(what); }

  bool has(obstacle what) const {
    return (raised_ & static_cast<std::uint32_t>(what)) != 0;
  }

  /// @returns The gravest obstacle in words; empty when ready.
  std::string_view why_not() const {
    if (has(obstacle::stopping))
      return "stopping";
    if (has(obstacle::starting))
      return "starting";
    if (has(obstacle::accept_failing))
      return "cannot accept connections";
    if (has(obstacle::crowded))
      return "too many connections";
    return {};
  }

private:
  std::atomic<std::uint32_t> raised_{static_cast<std::uint32_t>(obstacle::starting)};
};

} // namespace greenroom::net
