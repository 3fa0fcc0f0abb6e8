#include "protocol/session/suspension_ledger.hpp"

#include "protocol/vocabulary/invariant.hpp"

namespace greenroom {

namespace {

bool is_full(const suspension_ledger& ledger, const std::string& origin) {
  const auto count = ledger.counts.find(origin);
  return count == ledger.counts.end() ? ledger.counts.size() >= ledger.origin_count_max
                                      : count->second >= ledger.per_origin_max;
}

/// A deadline may outlive its suspension, when it was released and perhaps
/// claimed again; the suspension's own deadline tells.
void forget_expired(suspension_ledger& ledger, instant now) {
  while (!ledger.deadlines.empty() && ledger.deadlines.front().first <= now) {
    const auto held = ledger.held.find(ledger.deadlines.front().second);
    if (held != ledger.held.end() && held->second.until <= now)
      release(ledger, held->first);
    ledger.deadlines.pop_front();
  }
}

} // namespace

bool claim(suspension_ledger& ledger, const participant_id& who,
           const std::string& origin, instant now, std::int64_t window_ms) {
  forget_expired(ledger, now);
  release(ledger, who);
  if (is_full(ledger, origin))
    return false;
  ++ledger.counts[origin];
  ledger.held[who] = {origin, now + window_ms};
  ledger.deadlines.emplace_back(now + window_ms, who);
  return true;
}

void release(suspension_ledger& ledger, const participant_id& who) {
  const auto held = ledger.held.find(who);
  if (held == ledger.held.end())
    return;
  const auto count = ledger.counts.find(held->second.origin);
  invariant(count != ledger.counts.end() && count->second > 0);
  if (--count->second == 0)
    ledger.counts.erase(count);
  ledger.held.erase(held);
}

} // namespace greenroom
