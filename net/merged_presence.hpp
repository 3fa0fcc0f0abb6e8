// Several roster changes in one: what `presence_changed` events say together.
#pragma once

#include <cstddef>
#include <unordered_map>

#include "protocol/vocabulary/messages.hpp"

namespace greenroom::net {

/// A version that came and went inside of the merged changes is not told. What
/// replaced it takes its place.
class merged_presence {
public:
  /// Adds a newcomer, or a new version of a participant.
  /// @param replaced The version that `joining` takes the place of, or null.
  void join(const presence& joining, const presence* replaced);

  void leave(const presence& leaving);

  /// @returns About the bytes of all this once encoded.
  std::size_t weight() const { return weight_; }

  presence_changed take();

private:
  std::size_t find_join(presence_version version) const;
  void drop_join(std::size_t place);

  presence_changed change_;
  std::unordered_map<presence_version, std::size_t> joins_; ///< Places by version.
  std::size_t weight_ = 0;
};

} // namespace greenroom::net
