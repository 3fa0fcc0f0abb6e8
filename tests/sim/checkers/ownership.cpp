#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

#include <map>

namespace greenroom::sim {

namespace {

class ownership_checker final : public checker {
public:
  std::string_view name() const override { return "ownership"; }

  void noted(const room_note& note) override {
    if (note.line.event == "room_died")
      return;
    // Whose seats end when another process speaks for the room had an owner still.
    if (note.line.event != "leave" && !note.ended.empty())
      violate(note.where.room + " has a second process while "
              + short_name(note.ended.front().who) + " still sits with the first");
  }

  void at_rest(const world& where) override {
    std::map<participant_id, std::uint64_t> voices;
    for (const auto& line : where.lines())
      for (const auto& [slot, one] : line->server().attachments()) {
        if (!one.is_alive() || !one.is_joined || one.is_leaving || !line->is_clean())
          continue;
        const auto [other, is_first] = voices.try_emplace(one.who, line->number());
        if (!is_first)
          violate(short_name(one.who) + " speaks on line " + std::to_string(other->second)
                  + " and on line " + std::to_string(line->number()));
      }
  }
};

} // namespace

std::unique_ptr<checker> check_ownership(const world&) {
  return std::make_unique<ownership_checker>();
}

} // namespace greenroom::sim
