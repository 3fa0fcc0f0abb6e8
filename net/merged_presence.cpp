#include "net/merged_presence.hpp"

#include <limits>
#include <utility>

namespace greenroom::net {

namespace {

constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

/// What a participant's entry takes in a message beside its own texts.
constexpr std::size_t entry_bytes = 256;

std::size_t weight_of(const presence& shown) {
  const auto& devices = shown.media.devices;
  return entry_bytes + shown.display_name.size()
         + (devices.audio_device_id ? devices.audio_device_id->size() : 0)
         + (devices.video_device_id ? devices.video_device_id->size() : 0);
}

} // namespace

void merged_presence::join(const presence& joining, const presence* replaced) {
  weight_ += weight_of(joining);
  const auto place = replaced ? find_join(replaced->version) : nowhere;
  if (place == nowhere) {
    joins_.emplace(joining.version, change_.joins.size());
    change_.joins.push_back(joining);
    if (replaced)
      leave(*replaced);
    return;
  }
  auto& unseen = change_.joins[place];
  const auto seen = unseen.previous;
  weight_ -= weight_of(unseen);
  joins_.erase(unseen.version);
  joins_.emplace(joining.version, place);
  unseen = joining;
  unseen.previous = seen; // The last version that the client knows.
}

void merged_presence::leave(const presence& leaving) {
  const auto place = find_join(leaving.version);
  if (place != nowhere) {
    drop_join(place);
    return;
  }
  weight_ += weight_of(leaving);
  change_.leaves.push_back(leaving);
}

presence_changed merged_presence::take() {
  joins_.clear();
  weight_ = 0;
  return std::exchange(change_, {});
}

std::size_t merged_presence::find_join(presence_version version) const {
  const auto found = joins_.find(version);
  return found == joins_.end() ? nowhere : found->second;
}

void merged_presence::drop_join(std::size_t place) {
  auto& joins = change_.joins;
  weight_ -= weight_of(joins[place]);
  joins_.erase(joins[place].version);
  if (place + 1 != joins.size()) {
    joins[place] = std::move(joins.back());
    joins_[joins[place].version] = place;
  }
  joins.pop_back();
}

} // namespace greenroom::net
