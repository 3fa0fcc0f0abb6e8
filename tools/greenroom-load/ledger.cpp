#include "tools/greenroom-load/ledger.hpp"

#include <algorithm>
#include <limits>

namespace greenroom::load {

namespace {

constexpr auto all_generations = std::numeric_limits<std::uint32_t>::max();

} // namespace

ledger::ledger(std::uint32_t first_seat, std::size_t size)
  : first_seat_(first_seat), now_(size) {
  for (auto& each : heard_)
    each.resize(size);
}

void ledger::begin_stay(const stay_name& who) {
  const auto place = place_of(who);
  auto& self = now_[place];
  self = {};
  self.is_present = true;
  self.generation = who.generation;
  ++present_count_;
  // Whatever is said from now on must reach it; some of what was said a moment
  // ago may.
  for (std::size_t kind = 0; kind < traffic_count; ++kind) {
    auto& heard = heard_[kind][place];
    heard.clear();
    if (kind == static_cast<std::size_t>(traffic::signal)) {
      // Signals to it name its generation, so they begin at zero.
      for (const auto& from : now_)
        heard.push_back({.generation = from.generation});
      continue;
    }
    for (const auto& from : now_) {
      const auto next_one = static_cast<std::uint16_t>(from.generation + 1);
      heard.push_back({.generation = from.is_present ? from.generation : next_one,
                       .is_open = from.is_present,
                       .next = from.is_present ? from.broadcasts[kind] : 0});
    }
  }
}

void ledger::end_stay(const stay_name& who, bool is_orderly) {
  if (!is_present(who))
    return;
  auto& self = now_[place_of(who)];
  self.is_present = false;
  self.is_orderly = is_orderly;
  ended_[{place_of(who), who.generation}] = self;
  --present_count_;
  std::erase_if(gaps_, [&](const gap& each) {
    return std::get<1>(each) == who.seat && std::get<2>(each) == who.generation;
  });
}

bool ledger::is_present(const stay_name& who) const {
  const auto& self = now_[place_of(who)];
  return self.is_present && self.generation == who.generation;
}

std::uint32_t ledger::book_signal(const stay_name& from, const stay_name& to) {
  auto& signals = now_[place_of(from)].signals;
  if (signals.empty())
    signals.resize(now_.size());
  auto& [generation, count] = signals[place_of(to)];
  if (generation != to.generation) {
    generation = to.generation;
    count = 0;
  }
  return count++;
}

std::uint32_t ledger::book_broadcast(traffic kind, const stay_name& from) {
  return now_[place_of(from)].broadcasts[static_cast<std::size_t>(kind)]++;
}

bool ledger::hear(traffic kind, const stay_name& receiver, const marker& what) {
  const auto place = std::size_t{what.from.seat} - first_seat_;
  const bool is_ours = what.from.seat >= first_seat_ && place < now_.size();
  if (!is_ours || (kind == traffic::signal && what.to != receiver)) {
    ++found_.misdelivered;
    return false;
  }
  const auto* from = find(place, what.from.generation);
  if (from == nullptr || what.number >= sent(*from, kind, receiver)) {
    ++found_.damaged; // Nobody has said that.
    return false;
  }
  auto& heard = entries(kind, place_of(receiver))[place];
  if (what.from.generation < heard.generation) {
    // It left while the receiver came; or, later, it should have been silent.
    found_.out_of_order += heard.is_touched;
    return !heard.is_touched;
  }
  if (what.from.generation > heard.generation) {
    found_.lost += missing(kind, receiver, place, heard, what.from.generation);
    heard = {.generation = what.from.generation};
  }
  return hear_number(kind, receiver, what, heard);
}

bool ledger::hear_number(traffic kind, const stay_name& receiver, const marker& what,
                         entry& heard) {
  const auto number = what.number;
  const auto gap_at = [&](std::uint32_t at) {
    return gap{kind,           receiver.seat,        receiver.generation,
               what.from.seat, what.from.generation, at};
  };
  heard.is_touched = true;
  if (heard.is_open && number < heard.next)
    heard.next = number;
  heard.is_open = false;
  if (number < heard.next) {
    const bool was_missing = gaps_.erase(gap_at(number)) > 0;
    ++(was_missing ? found_.out_of_order : found_.duplicated);
    return was_missing;
  }
  if (kind == traffic::media)
    merged_ += number - heard.next;
  else
    for (auto at = heard.next; at < number; ++at)
      gaps_.insert(gap_at(at));
  heard.next = number + 1;
  return true;
}

violations ledger::found(bool is_over) const {
  auto result = found_;
  if (is_over)
    result.lost += missing_now();
  return result;
}

std::uint64_t ledger::missing_now() const {
  std::uint64_t result = gaps_.size();
  for (std::size_t kind = 0; kind < traffic_count; ++kind)
    for (std::size_t receiver = 0; receiver < now_.size(); ++receiver) {
      if (!now_[receiver].is_present)
        continue;
      const stay_name who{first_seat_ + static_cast<std::uint32_t>(receiver),
                          now_[receiver].generation};
      const auto& heard = heard_[kind][receiver];
      for (std::size_t place = 0; place < heard.size(); ++place)
        result += missing(static_cast<traffic>(kind), who, place, heard[place],
                          all_generations);
    }
  return result;
}

std::uint64_t ledger::missing(traffic kind, const stay_name& receiver, std::size_t place,
                              const entry& heard, std::uint32_t until) const {
  std::uint64_t result = 0;
  const auto last = std::min<std::uint32_t>(until, now_[place].generation + 1u);
  for (std::uint32_t at = heard.generation; at < last; ++at) {
    const auto* from = find(place, static_cast<std::uint16_t>(at));
    if (from == nullptr || !from->is_orderly)
      continue;
    const auto count = sent(*from, kind, receiver);
    const auto known = at == heard.generation ? heard.next : 0;
    if (count > known)
      // Of media updates the last one is all that must arrive.
      result += kind == traffic::media ? 1 : count - known;
  }
  return result;
}

std::vector<ledger::entry>& ledger::entries(traffic kind, std::size_t place) {
  return heard_[static_cast<std::size_t>(kind)][place];
}

const ledger::sender* ledger::find(std::size_t place, std::uint16_t generation) const {
  if (now_[place].generation == generation)
    return &now_[place];
  const auto found = ended_.find({place, generation});
  return found == ended_.end() ? nullptr : &found->second;
}

std::uint32_t ledger::sent(const sender& from, traffic kind, const stay_name& to) const {
  if (kind != traffic::signal)
    return from.broadcasts[static_cast<std::size_t>(kind)];
  if (from.signals.empty())
    return 0;
  const auto& [generation, count] = from.signals[place_of(to)];
  return generation == to.generation ? count : 0;
}

} // namespace greenroom::load
