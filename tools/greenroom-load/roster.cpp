#include "tools/greenroom-load/roster.hpp"

#include <functional>

namespace greenroom::load {

namespace {

/// Set in the key of whoever is no client of ours.
constexpr std::uint64_t stranger = std::uint64_t{1} << 63;

} // namespace

std::uint64_t roster::key_of(const stay_name& who) {
  return std::uint64_t{who.seat} << 16 | who.generation;
}

std::uint64_t roster::key_of(const presence& who) {
  return who.who ? key_of(*who.who) : std::hash<std::string>{}(who.id) | stranger;
}

void roster::take_state(const std::vector<presence>& people) {
  people_.clear();
  for (const auto& each : people)
    people_[key_of(each)] = each.version;
  is_known_ = true;
  for (const auto& diff : waiting_)
    apply(diff);
  waiting_.clear();
}

void roster::take_diff(const presence_diff& diff) {
  if (is_known_)
    apply(diff);
  else
    waiting_.push_back(diff);
}

void roster::clear() {
  is_known_ = false;
  people_.clear();
  waiting_.clear();
}

void roster::apply(const presence_diff& diff) {
  for (const auto& each : diff.joins)
    people_[key_of(each)] = each.version;
  // An update names the old version among the leaves.
  for (const auto& each : diff.leaves)
    if (const auto found = people_.find(key_of(each));
        found != people_.end() && found->second == each.version)
      people_.erase(found);
}

} // namespace greenroom::load
