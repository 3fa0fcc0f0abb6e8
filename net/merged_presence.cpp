#include "net/merged_presence.hpp"

#include <utility>

namespace greenroom::net {

namespace {

/// What a participant's entry takes in a message beside its own texts.
constexpr std::size_t entry_bytes = 256;

std::size_t weight_of(const presence& shown) {
  const auto& devices = shown.media.devices;
  return entry_bytes + shown.display_name.size()
         + (devices.audio_device_id ? devices.audio_device_id->size() : 0)
         + (devices.video_device_id ? devices.video_device_id->size() : 0);
}

} // namespace

void merged_presence::join(presence joining, const presence* replaced) {
  const auto unseen = joins_.find(joining.who);
  const auto known = leaves_.find(joining.who);
  const bool is_known = known != leaves_.end();
  if (is_known && change_.leaves[known->second].version == joining.version) {
    drop(change_.leaves, leaves_, known);
    if (unseen != joins_.end())
      drop(change_.joins, joins_, unseen);
  } else if (unseen != joins_.end()) {
    auto& place = change_.joins[unseen->second];
    weight_ += weight_of(joining) - weight_of(place);
    joining.previous = place.previous; // The last version that the client knows.
    place = std::move(joining);
  } else {
    if (is_known) {
      joining.previous = change_.leaves[known->second].version;
    } else if (replaced) {
      joining.previous = replaced->version;
      add(change_.leaves, leaves_, *replaced);
    }
    add(change_.joins, joins_, joining);
  }
}

void merged_presence::leave(const presence& leaving) {
  const auto unseen = joins_.find(leaving.who);
  if (unseen != joins_.end() && change_.joins[unseen->second].version == leaving.version)
    drop(change_.joins, joins_, unseen);
  else if (!leaves_.contains(leaving.who))
    add(change_.leaves, leaves_, leaving);
}

std::optional<presence> merged_presence::recall(const participant_id& who) {
  const auto left = leaves_.find(who);
  if (left == leaves_.end() || joins_.contains(who))
    return std::nullopt;
  auto result = change_.leaves[left->second];
  drop(change_.leaves, leaves_, left);
  return result;
}

presence_changed merged_presence::take() {
  joins_.clear();
  leaves_.clear();
  weight_ = 0;
  return std::exchange(change_, {});
}

void merged_presence::add(std::vector<presence>& list, places& index,
                          const presence& one) {
  weight_ += weight_of(one);
  index.insert_or_assign(one.who, list.size());
  list.push_back(one);
}

void merged_presence::drop(std::vector<presence>& list, places& index,
                           places::iterator which) {
  const auto place = which->second;
  index.erase(which);
  weight_ -= weight_of(list[place]);
  if (place + 1 != list.size()) {
    list[place] = std::move(list.back());
    index[list[place].who] = place;
  }
  list.pop_back();
}

} // namespace greenroom::net
