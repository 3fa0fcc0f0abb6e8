#include "net/system_clock.hpp"

namespace greenroom::net {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

system_clock::system_clock()
  : start_(std::chrono::steady_clock::now()),
    start_unix_ms_(
      duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count()) {}

instant system_clock::now() const {
  const auto passed = std::chrono::steady_clock::now() - start_;
  return start_unix_ms_ + duration_cast<milliseconds>(passed).count();
}

} // namespace greenroom::net
