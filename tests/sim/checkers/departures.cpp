#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

#include <map>
#include <set>

namespace greenroom::sim {

namespace {

class departure_checker final : public checker {
public:
  explicit departure_checker(const world& where) : world_(where) {}

  std::string_view name() const override { return "departures"; }

  void left(const participant& who) override { leavers_.insert(who.self()); }

  void asked(const participant& who, const join_request& wanted) override {
    expected_[who.number()] = wanted.resume_token.empty() ? participant_id{}
                                                          : who.claimed();
  }

  void entered(const participant& who, const admission& seat) override {
    const auto expected = expected_[who.number()];
    resumable_.insert_or_assign(seat.self, seat.resumable);
    if (expected.is_nil()) {
      if (seat.resumed)
        violate(who.name() + " resumed although it had no token");
    } else if (seat.resumed && seat.self != expected) {
      violate(who.name() + " resumed as " + short_name(seat.self) + ", but was "
              + short_name(expected));
    } else if (!seat.resumed && !world_.options().shares_rooms
               && world_.history().seat_of(expected) != 0) {
      violate(who.name() + " was let in anew while " + short_name(expected)
              + " still had its seat");
    }
  }

  void noted(const room_note& note) override {
    if (note.line.event == "leave" && note.seat.number != 0)
      judge(note);
  }

private:
  void judge(const room_note& note) {
    const auto who = note.line.from_id;
    const auto label = short_name(who) + " in " + note.where.room;
    const auto how = note.line.detail;
    if (how == "left" && !has_left(who))
      violate(label + " left without having asked to");
    if (how == "lost" && is_resumable(who))
      violate(label + " lost its seat with its connection, although it can resume");
    if (how == "expired"
        && (!note.seat.suspended_at
            || note.line.ts - note.seat.suspended_ts
                 < world_.rules().rooms.resume_window_ms))
      violate(label + " expired before its window was over");
    if (how == "session died" && is_resumable(who))
      violate(label + " lost its seat with its session, although it can resume");
  }

  /// A leave may be applied before its client ever learned that it was in.
  bool has_left(const participant_id& who) const {
    return !resumable_.contains(who) || leavers_.contains(who);
  }

  /// Only who learned its token can resume.
  bool is_resumable(const participant_id& who) const {
    const auto found = resumable_.find(who);
    return found != resumable_.end() && found->second;
  }

  const world& world_;
  std::set<participant_id> leavers_;               ///< Who asked to leave.
  std::map<std::size_t, participant_id> expected_; ///< Whose token each joined with.
  std::map<participant_id, bool> resumable_;       ///< Of who has learned that it is in.
};

} // namespace

std::unique_ptr<checker> check_departures(const world& where) {
  return std::make_unique<departure_checker>(where);
}

} // namespace greenroom::sim
