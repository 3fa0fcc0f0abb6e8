#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

#include <map>

namespace greenroom::sim {

namespace {

/// From a deadline to the tick that sees it.
constexpr std::int64_t tick_ms_max = 1'500;

class roster_checker final : public checker {
public:
  explicit roster_checker(const world& where) : world_(where) {}

  std::string_view name() const override { return "rosters"; }

  void noted(const room_note& note) override {
    if (note.line.event == "suspend")
      stalled_before_[note.seat.number] = stalled_ms(note.where.node);
    for (const auto& seat : note.ended)
      stalled_before_.erase(seat.number);
  }

  void at_rest(const world& where) override {
    for (const auto& who : where.people())
      if (who->is_settled())
        compare(where, *who);
    for (const auto& [place, room] : where.history().rooms())
      for (const auto& [who, seat] : room.seats)
        if (!is_justified(where, place, seat))
          return violate(short_name(who) + " is a ghost in " + place.room);
  }

private:
  void compare(const world& where, const participant& who) {
    const auto* room = where.history().find_room({who.node(), who.room()});
    if (!room || !room->seats.contains(who.self()))
      return violate(who.name() + " believes to be in " + who.room()
                     + ", which forgot it");
    for (const auto& [other, seat] : room->seats)
      if (!who.roster().contains(other))
        return violate(who.name() + " does not see " + short_name(other));
    if (who.may_see_ghosts())
      return;
    for (const auto& [other, versions] : who.roster()) {
      if (versions.size() != 1)
        return violate(who.name() + " sees " + std::to_string(versions.size())
                       + " versions of " + short_name(other));
      if (!room->seats.contains(other))
        return violate(who.name() + " still sees " + short_name(other)
                       + ", who has left");
    }
    agree(where, who);
  }

  /// All who are in the room see the same version of everybody.
  void agree(const world& where, const participant& who) {
    for (const auto& other : where.people()) {
      if (!other->is_settled() || other->may_see_ghosts() || other->room() != who.room()
          || other->node() != who.node())
        continue;
      for (const auto& [seen, versions] : who.roster()) {
        const auto theirs = other->roster().find(seen);
        if (theirs != other->roster().end()
            && theirs->second.back().version != versions.back().version)
          return violate(who.name() + " and " + other->name()
                         + " see different versions of " + short_name(seen));
      }
    }
  }

  /// A seat needs a connection that its server believes in, or a window that is
  /// not over. The clock may have stood still meanwhile.
  bool is_justified(const world& where, const room_key& place,
                    const seat_record& seat) const {
    for (const auto& line : where.lines())
      for (const auto& [slot, one] : line->server().attachments())
        if (line->node() == place.node && one.who == seat.who && one.is_alive())
          return true;
    const auto before = stalled_before_.find(seat.number);
    if (!seat.suspended_at || before == stalled_before_.end())
      return false;
    const auto stalled = stalled_ms(place.node) - before->second;
    return where.now() - *seat.suspended_at
           <= where.rules().rooms.resume_window_ms + tick_ms_max + stalled;
  }

  /// For how long a node's clock has stood still so far.
  std::int64_t stalled_ms(std::size_t node_index) const {
    const auto* home = world_.find_node(node_index);
    return home ? home->clock().stalled_ms() : 0;
  }

  const world& world_;
  std::map<seat_number, std::int64_t> stalled_before_; ///< Its suspension.
};

} // namespace

std::unique_ptr<checker> check_rosters(const world& where) {
  return std::make_unique<roster_checker>(where);
}

} // namespace greenroom::sim
