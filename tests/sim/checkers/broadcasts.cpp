#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

#include <map>

namespace greenroom::sim {

namespace {

class broadcast_checker final : public checker {
public:
  explicit broadcast_checker(const world& where) : world_(where) {}

  std::string_view name() const override { return "broadcasts"; }

  void noted(const room_note& note) override {
    if (note.seat.number != 0)
      lives_[note.seat.number].incarnation = note.incarnation;
    forget(note.ended);
  }
  void buried(const std::vector<seat_record>& ended) override { forget(ended); }

  void entered(const participant& who, const admission& seat) override {
    auto* life = find(who);
    if (!life)
      return;
    // Phoenix numbers events only towards those who opted in to resume.
    life->is_numbered = seat.resumable || !world_.options().speaks_phoenix;
    const bool is_first = !seat.resumed || seat.replay == replay_outcome::lost;
    if (is_first)
      life->last_seq = seat.seq;
    // What was cut off the log is owed to nobody.
    if (is_first || seat.replay == replay_outcome::truncated)
      life->checked_seq = seat.seq;
  }

  void heard(const participant& who, const session_event& what) override {
    const auto* event = std::get_if<shared_event>(&what);
    auto* life = find(who);
    if (!event || !life || (*event)->seq == 0)
      return;
    const auto seq = (*event)->seq;
    if (seq <= life->last_seq)
      return violate(who.name() + " heard event " + std::to_string(seq) + " after "
                     + std::to_string(life->last_seq));
    life->last_seq = seq;
    life->was_congested |= who.line()->server().was_congested();
    if (std::holds_alternative<signal_delivered>((*event)->what))
      return;
    const auto number = serial_in(**event);
    if (!world_.history().knows(number))
      return violate(who.name() + " heard what nobody said");
    const auto first = seqs_.try_emplace({life->incarnation, number}, seq).first;
    if (first->second != seq)
      return violate(who.name() + " heard " + text_of(number) + " twice, as event "
                     + std::to_string(first->second) + " and as " + std::to_string(seq));
    const auto [known, is_new] = said_[life->incarnation].try_emplace(seq, number);
    if (!is_new && known->second != number)
      return violate(who.name() + " heard " + text_of(number) + " as event "
                     + std::to_string(seq) + ", others " + text_of(known->second));
    life->heard[seq] = number;
  }

  void at_rest(const world& where) override {
    for (const auto& who : where.people())
      if (who->is_settled())
        if (auto* life = find(*who); life && life->is_numbered)
          compare(*who, *life);
  }

private:
  /// One participant's stay in one room.
  struct stay {
    std::uint64_t incarnation = 0;
    bool is_numbered = true;
    std::uint64_t last_seq = 0;
    std::uint64_t checked_seq = 0; ///< Up to here all was heard.
    bool was_congested = false;
    std::map<std::uint64_t, serial> heard;
  };

  stay* find(const participant& who) {
    const auto found = lives_.find(who.seat());
    return found == lives_.end() ? nullptr : &found->second;
  }

  void compare(const participant& who, stay& life) {
    const auto& said = said_[life.incarnation];
    for (auto at = said.upper_bound(life.checked_seq); at != said.end(); ++at) {
      if (!life.heard.contains(at->first) && !was_merged(life, *at))
        return violate(who.name() + " never heard " + text_of(at->second) + ", event "
                       + std::to_string(at->first));
      life.checked_seq = at->first;
    }
    life.heard.clear();
  }

  /// Towards a slow client, each sender's latest media update stands for all.
  bool was_merged(const stay& life,
                  const std::pair<const std::uint64_t, serial>& missing) const {
    const auto& history = world_.history();
    const auto& push = history.at(missing.second);
    if (push.kind != push_kind::media || !life.was_congested)
      return false;
    for (auto at = life.heard.upper_bound(missing.first); at != life.heard.end(); ++at) {
      const auto& later = history.at(at->second);
      if (later.kind == push_kind::media && later.from == push.from)
        return true;
    }
    return false;
  }

  void forget(const std::vector<seat_record>& ended) {
    for (const auto& seat : ended)
      lives_.erase(seat.number);
  }

  const world& world_;
  std::map<seat_number, stay> lives_;
  /// Of each life of a room, what was said to everybody, as far as anybody heard.
  std::map<std::uint64_t, std::map<std::uint64_t, serial>> said_;
  std::map<std::pair<std::uint64_t, serial>, std::uint64_t> seqs_;
};

} // namespace

std::unique_ptr<checker> check_broadcasts(const world& where) {
  return std::make_unique<broadcast_checker>(where);
}

} // namespace greenroom::sim
