// A server for one test case, which at its end has to stop as it should.
#pragma once

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <signal.h>

#include "tests/support/server_process.hpp"

namespace greenroom::test {

/// Declare it before the clients: they go first, so that it need not wait.
class stopping_server : public server_process {
public:
  explicit stopping_server(std::vector<std::string> arguments = {})
    : server_process({.arguments = std::move(arguments), .secret_file = {}}) {
    note_memory();
    before_ = peak_;
  }

  ~stopping_server() {
    if (!is_running()) {
      BOOST_ERROR("the server ended before its test:\n" + log());
      return;
    }
    try {
      BOOST_TEST(stop() == 0, log());
    } catch (const timed_out&) {
      BOOST_ERROR("the server does not stop:\n" + log());
    }
  }

  /// Looks at its memory now; tests do so while they strain it.
  void note_memory() { peak_ = std::max(peak_, resident_bytes()); }

  /// @returns By how much it grew at most, as far as anybody looked.
  std::size_t growth_bytes() const { return peak_ - before_; }

private:
  std::size_t before_ = 0;
  std::size_t peak_ = 0;
};

/// What a server may grow by under abuse: its bounds, with room for sanitizers
/// and for what an allocator keeps.
#ifdef __SANITIZE_ADDRESS__
inline constexpr std::size_t growth_bytes_max = 192u << 20;
#else
inline constexpr std::size_t growth_bytes_max = 64u << 20;
#endif

} // namespace greenroom::test
