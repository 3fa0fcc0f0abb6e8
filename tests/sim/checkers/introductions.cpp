#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

#include <map>

namespace greenroom::sim {

namespace {

class introduction_checker final : public checker {
public:
  explicit introduction_checker(const world& where) : world_(where) {}

  std::string_view name() const override { return "introductions"; }

  void entered(const participant& who, const admission& seat) override {
    auto& one = stays_[who.number()] = {};
    for (const auto& shown : seat.roster)
      one.known[shown.who] = shown.version;
    one.replayed_seq = seat.seq;
    one.is_replay_lost = seat.resumed && seat.replay == replay_outcome::lost;
  }

  void heard(const participant& who, const session_event& what) override {
    const auto* event = std::get_if<shared_event>(&what);
    // After a split two owners may have numbered different versions alike, and who
    // crosses over hears what had been said on the other side.
    if (!event || who.may_see_ghosts() || world_.was_split())
      return;
    auto& one = stays_[who.number()];
    if (const auto* news = std::get_if<presence_changed>(&(*event)->what))
      follow(who, one, *news);
    else if (const auto* speaker = speaker_of(**event);
             !is_replayed(one, **event) && !one.known.contains(*speaker))
      violate(who.name() + " heard " + text_of(serial_in(**event)) + " of "
              + short_name(*speaker) + ", whom it does not know");
  }

private:
  struct stay {
    std::map<participant_id, presence_version> known;
    std::uint64_t replayed_seq = 0; ///< Up to here a replay may speak of who has left.
    bool is_replay_lost = false;    ///< Where it ends is not told.
  };

  static bool is_replayed(const stay& one, const room_event& event) {
    return one.is_replay_lost || (event.seq != 0 && event.seq <= one.replayed_seq);
  }

  void follow(const participant& who, stay& one, const presence_changed& news) {
    for (const auto& joining : news.joins) {
      const auto [entry, is_new] = one.known.try_emplace(joining.who, joining.version);
      if (!is_new && entry->second == joining.version)
        violate(who.name() + " is told once more of " + short_name(joining.who));
      entry->second = joining.version;
    }
    for (const auto& leaving : news.leaves) {
      const auto found = one.known.find(leaving.who);
      if (found != one.known.end() && found->second == leaving.version)
        one.known.erase(found);
    }
  }

  const world& world_;
  std::map<std::size_t, stay> stays_; ///< By number of the participant.
};

} // namespace

std::unique_ptr<checker> check_introductions(const world& where) {
  return std::make_unique<introduction_checker>(where);
}

} // namespace greenroom::sim
