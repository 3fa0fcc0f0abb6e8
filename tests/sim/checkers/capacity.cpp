#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

namespace greenroom::sim {

namespace {

class capacity_checker final : public checker {
public:
  explicit capacity_checker(const world& where) : world_(where) {}

  std::string_view name() const override { return "capacity"; }

  void noted(const room_note& note) override {
    const auto* room = world_.history().find_room(note.where);
    const auto taken = room->seats.size();
    if (taken > capacity())
      violate(note.where.room + " has " + std::to_string(taken) + " seats taken of "
              + std::to_string(capacity()));
    if (note.line.event == "join_refused" && note.line.detail == "capacity"
        && taken < capacity())
      violate(note.where.room + " refused somebody with " + std::to_string(taken)
              + " seats taken of " + std::to_string(capacity()));
  }

  void entered(const participant& who, const admission& seat) override {
    if (seat.roster.size() > capacity() && !world_.was_split())
      violate(who.name() + " was shown a roster of " + std::to_string(seat.roster.size())
              + " in a room for " + std::to_string(capacity()));
  }

private:
  std::size_t capacity() const { return world_.rules().rooms.capacity; }

  const world& world_;
};

} // namespace

std::unique_ptr<checker> check_capacity(const world& where) {
  return std::make_unique<capacity_checker>(where);
}

} // namespace greenroom::sim
