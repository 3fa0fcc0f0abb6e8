#include "protocol/room/presence_gathering.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "protocol/vocabulary/planted.hpp"

namespace greenroom {

namespace {

const presence_changed& change_of(const shared_event& event) {
  return std::get<presence_changed>(event->what);
}

shared_event joined(std::span<const shared_event> steps) {
  if (steps.empty())
    return nullptr;
  if (steps.size() == 1)
    return steps.front(); // Its bytes may have been made already.
  presence_changed all;
  for (const auto& step : steps) {
    const auto& change = change_of(step);
    std::ranges::copy(change.joins, std::back_inserter(all.joins));
    std::ranges::copy(change.leaves, std::back_inserter(all.leaves));
  }
  return std::make_shared<const room_event>(steps.front()->room, 0, std::move(all));
}

} // namespace

shared_event gathered_presence::part_for(const participant_id& who) const {
  const auto told = told_.find(who);
  if (told == told_.end())
    return whole_;
  return joined(std::span{steps_}.subspan(told->second));
}

presence_gathering::passage
presence_gathering::pass(const effect& what, std::size_t seat_count, instant steady) {
  if (is_presence(what))
    return pass_news(what, std::get<shared_event>(what.what), seat_count, steady);
  if (steps_.empty())
    return {};
  if (concerns_gathered(what) && !is_planted(planted_bug::heard_before_presence))
    return {let_out(steady), true};
  if (const auto* seat = std::get_if<std::shared_ptr<const admission>>(&what.what);
      seat && !is_planted(planted_bug::newcomer_told_again))
    told_[(*seat)->self] = steps_.size();
  return {};
}

presence_gathering::passage presence_gathering::pass_news(const effect& what,
                                                          const shared_event& event,
                                                          std::size_t seat_count,
                                                          instant steady) {
  const bool is_wide = seat_count >= wide_seats_min_;
  if (!is_wide)
    return {let_out(steady), true};
  if (steps_.empty() && steady >= quiet_until_) {
    quiet_until_ = steady + limits::presence_pace_ms;
    return {};
  }
  passage result{std::nullopt, false};
  if (is_named(change_of(event)))
    result.first = let_out(steady);
  gather(what, event);
  if (entry_count_ >= limits::gathered_presence_count_max && !result.first)
    result.first = let_out(steady);
  return result;
}

std::optional<gathered_presence> presence_gathering::let_out(instant steady) {
  if (steps_.empty())
    return std::nullopt;
  quiet_until_ = steady + limits::presence_pace_ms;
  gathered_presence result;
  result.steps_ = std::exchange(steps_, {});
  result.told_ = std::exchange(told_, {});
  result.whole_ = joined(result.steps_);
  named_.clear();
  entry_count_ = 0;
  return result;
}

std::optional<instant> presence_gathering::due() const {
  return steps_.empty() ? std::nullopt : std::optional{quiet_until_};
}

void presence_gathering::gather(const effect& what, const shared_event& event) {
  const auto& change = change_of(event);
  steps_.push_back(event);
  entry_count_ += change.joins.size() + change.leaves.size();
  if (what.to == audience::others && !is_planted(planted_bug::newcomer_told_again))
    told_[what.who] = steps_.size();
  for (const auto& gone : change.leaves)
    named_[gone.who] = true;
  for (const auto& shown : change.joins) {
    // What stands in both lists is a new version of somebody who is known.
    const auto [entry, is_new] = named_.try_emplace(shown.who, true);
    entry->second = is_new;
  }
}

bool presence_gathering::is_named(const presence_changed& news) const {
  const auto is_gathered = [&](const presence& one) { return named_.contains(one.who); };
  return std::ranges::any_of(news.joins, is_gathered)
         || std::ranges::any_of(news.leaves, is_gathered);
}

bool presence_gathering::concerns_gathered(const effect& what) const {
  if (const auto* event = std::get_if<shared_event>(&what.what)) {
    const auto* speaker = speaker_of(**event);
    return speaker && comes_or_goes(*speaker);
  }
  const auto* answer = std::get_if<push_answered>(&what.what);
  const auto* why = answer && answer->why ? std::get_if<unknown_peer>(&*answer->why)
                                          : nullptr;
  const auto peer = why ? participant_id::parse(why->to_id) : std::nullopt;
  return peer && comes_or_goes(*peer);
}

bool presence_gathering::comes_or_goes(const participant_id& who) const {
  const auto found = named_.find(who);
  return found != named_.end() && found->second;
}

} // namespace greenroom
