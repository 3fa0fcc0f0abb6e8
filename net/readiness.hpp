// Whether the server can admit anybody now, and if not, why.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "actors/ports.hpp"

namespace greenroom::net {

/// What may stand in the way. Several may at once.
enum class obstacle : std::uint32_t {
  starting = 1,
  stopping = 2,
  accept_failing = 4, ///< No more sockets can be opened.
  crowded = 8,        ///< As many connections as are allowed.
  full = 16,          ///< As many rooms as are allowed.
};

/// Shared by all threads of a server.
class readiness final : public readiness_port {
public:
  void note_rooms(bool full) override {
    if (full)
      raise(obstacle::full);
    else
      clear(obstacle::full);
  }

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
    if (has(obstacle::full))
      return "too many rooms";
    return {};
  }

private:
  std::atomic<std::uint32_t> raised_{static_cast<std::uint32_t>(obstacle::starting)};
};

} // namespace greenroom::net
