// Several roster changes in one: what `presence_changed` events say together.
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "protocol/vocabulary/messages.hpp"

namespace greenroom::net {

/// A version that came and went inside of the merged changes is not told. What
/// replaced it takes its place. Each participant stands at most once among the joins;
/// one who also stands among the leaves is updated. So it is as well with who comes
/// back before its leave was told: it never left.
class merged_presence {
public:
  /// Adds a newcomer, or a new version of a participant.
  /// @param replaced The version that `joining` takes the place of, or null.
  void join(presence joining, const presence* replaced);

  void leave(const presence& leaving);

  /// @returns The version of `who` that was about to leave, and does so no more;
  ///          nothing if none is.
  std::optional<presence> recall(const participant_id& who);

  /// @returns About the bytes of all this once encoded.
  std::size_t weight() const { return weight_; }

  presence_changed take();

private:
  using places = std::unordered_map<participant_id, std::size_t>;

  void add(std::vector<presence>& list, places& index, const presence& one);
  void drop(std::vector<presence>& list, places& index, places::iterator which);

  presence_changed change_;
  places joins_, leaves_; ///< Where everybody stands in `change_`.
  std::size_t weight_ = 0;
};

} // namespace greenroom::net
