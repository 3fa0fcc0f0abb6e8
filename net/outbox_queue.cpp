#include "net/outbox_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "protocol/vocabulary/limits.hpp"

namespace greenroom::net {

namespace {

/// @returns The version that `joining` replaces within the same change, or null
///          for a newcomer.
const presence* replaced_by(const presence_changed& change, const presence& joining) {
  const auto found = std::ranges::find_if(change.leaves, [&](const presence& left) {
    return left.who == joining.who && left.version == joining.previous;
  });
  return found == change.leaves.end() ? nullptr : &*found;
}

bool is_replaced(const presence_changed& change, const presence& leaving) {
  return std::ranges::any_of(change.joins, [&](const presence& joining) {
    return joining.who == leaving.who && joining.previous == leaving.version;
  });
}

void merge_joins(merged_presence& target, const presence_changed& change) {
  for (const auto& joining : change.joins)
    target.join(joining, replaced_by(change, joining));
}

void merge_leaves(merged_presence& target, const presence_changed& change) {
  for (const auto& leaving : change.leaves)
    if (!is_replaced(change, leaving))
      target.leave(leaving);
}

bool has_pure_leaves(const presence_changed& change) {
  return std::ranges::any_of(change.leaves, [&](const presence& leaving) {
    return !is_replaced(change, leaving);
  });
}

const presence_changed& change_of(const outbox_queue::item& content) {
  return std::get<presence_changed>(content.event->what);
}

} // namespace

bool outbox_queue::push(shared_frame frame) {
  const auto weight = frame->size() + limits::outbox_entry_bytes;
  append({{std::move(frame), 0, {}}, {}, weight});
  return !is_over();
}

bool outbox_queue::push(wire::slot_id slot, shared_event event, bool is_replay) {
  item content{{}, slot, std::move(event)};
  const bool may_merge = congested_ && !is_replay;
  if (may_merge && std::holds_alternative<presence_changed>(content.event->what))
    push_presence(std::move(content));
  else if (may_merge && std::holds_alternative<media_updated>(content.event->what))
    push_media(std::move(content));
  else {
    const auto share = is_replay ? limits::replay_share : 1;
    const auto text = weight_of(*content.event) / share;
    append({std::move(content), {}, text + limits::outbox_entry_bytes});
  }
  return !is_over();
}

std::optional<outbox_queue::item> outbox_queue::pop() {
  while (!entries_.empty()) {
    if (!lanes_.empty())
      forget(entries_.begin());
    auto next = std::move(entries_.front());
    entries_.pop_front();
    bytes_ -= next.weight;
    if (entries_.empty())
      clear();
    if (!next.merged)
      return std::move(next.content);
    auto change = next.merged->take();
    if (change.joins.empty() && change.leaves.empty())
      continue; // All that was to be told has been undone meanwhile.
    next.content.event = std::make_shared<const room_event>(
      next.content.event->room, 0, room_event::body{std::move(change)});
    return std::move(next.content);
  }
  congested_ = false;
  return std::nullopt;
}

void outbox_queue::drop(wire::slot_id slot) {
  std::erase_if(lanes_, [&](const auto& each) { return each.first.slot == slot; });
  std::erase_if(entries_, [&](const entry& waiting) {
    const bool goes = waiting.content.event && waiting.content.slot == slot;
    if (goes)
      bytes_ -= waiting.weight;
    return goes;
  });
  if (entries_.empty())
    clear();
}

void outbox_queue::clear() {
  entries_.clear();
  lanes_ = {}; // An idle connection holds no buckets.
  bytes_ = 0;
  congested_ = false;
}

outbox_queue::position outbox_queue::append(entry added) {
  bytes_ += added.weight;
  entries_.push_back(std::move(added));
  return std::prev(entries_.end());
}

void outbox_queue::push_presence(item content) {
  const lane key{content.slot, {}};
  const auto found = lanes_.find(key);
  if (found == lanes_.end()) {
    const auto weight = weight_of(*content.event) + limits::outbox_entry_bytes;
    const auto place = append({std::move(content), {}, weight});
    lanes_.emplace(key, span{place, place});
    return;
  }
  auto& waiting = found->second;
  const auto& change = change_of(content);
  for (const auto& joining : change.joins)
    push_join(waiting, joining, replaced_by(change, joining));
  if (has_pure_leaves(change))
    append_leaves(waiting, content);
}

void outbox_queue::push_join(span& waiting, presence joining, const presence* replaced) {
  std::optional<presence> left;
  if (waiting.last != waiting.first) {
    left = merge_into(*waiting.last).recall(joining.who);
    reweigh(*waiting.last);
  }
  if (left && left->version == joining.version)
    return;
  merge_into(*waiting.first).join(std::move(joining), left ? &*left : replaced);
  reweigh(*waiting.first);
}

void outbox_queue::append_leaves(span& waiting, const item& later) {
  const bool is_at_end = std::next(waiting.last) == entries_.end();
  if (!is_at_end && waiting.last != waiting.first)
    entries_.splice(entries_.end(), entries_, waiting.last); // Holds leaves only.
  else if (!is_at_end)
    waiting.last = append({later, std::make_unique<merged_presence>(), 0});
  merge_leaves(merge_into(*waiting.last), change_of(later));
  reweigh(*waiting.last);
}

void outbox_queue::push_media(item content) {
  const lane key{content.slot, std::get<media_updated>(content.event->what).from};
  const auto found = lanes_.find(key);
  if (found != lanes_.end()) {
    bytes_ -= found->second.first->weight;
    entries_.erase(found->second.first);
  }
  const auto weight = weight_of(*content.event) + limits::outbox_entry_bytes;
  const auto place = append({std::move(content), {}, weight});
  lanes_.insert_or_assign(key, span{place, place});
}

merged_presence& outbox_queue::merge_into(entry& target) {
  if (!target.merged) {
    target.merged = std::make_unique<merged_presence>();
    merge_joins(*target.merged, change_of(target.content));
    merge_leaves(*target.merged, change_of(target.content));
  }
  return *target.merged;
}

void outbox_queue::reweigh(entry& target) {
  bytes_ -= target.weight;
  target.weight = target.merged->weight() + limits::outbox_entry_bytes;
  bytes_ += target.weight;
}

/// The first entry goes: nothing may merge into it any more.
void outbox_queue::forget(position gone) {
  const auto key = lane_of(gone->content);
  const auto found = key ? lanes_.find(*key) : lanes_.end();
  if (found == lanes_.end() || found->second.first != gone)
    return;
  if (found->second.last == gone)
    lanes_.erase(found);
  else
    found->second.first = found->second.last;
}

std::optional<outbox_queue::lane> outbox_queue::lane_of(const item& content) {
  if (!content.event)
    return std::nullopt;
  if (std::holds_alternative<presence_changed>(content.event->what))
    return lane{content.slot, {}};
  if (const auto* update = std::get_if<media_updated>(&content.event->what))
    return lane{content.slot, update->from};
  return std::nullopt;
}

} // namespace greenroom::net
