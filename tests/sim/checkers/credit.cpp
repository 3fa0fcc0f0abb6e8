#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

#include "protocol/vocabulary/limits.hpp"

namespace greenroom::sim {

namespace {

class credit_checker final : public checker {
public:
  explicit credit_checker(const world& where) : world_(where) {}

  std::string_view name() const override { return "credit"; }

  /// All that its sessions may have in flight, and a few words on joins, leaves
  /// and time beside each.
  void worked(std::uint64_t, std::size_t mail_count) override {
    if (world_.options().shares_rooms)
      return; // Nodes bound what they have under way by bytes.
    const auto bound = (world_.lines().size() + 1) * (limits::commands_in_flight_max + 8);
    if (mail_count > bound)
      violate("a room has " + std::to_string(mail_count) + " messages waiting, of "
              + std::to_string(bound));
  }

  void at_rest(const world& where) override {
    for (const auto& line : where.lines())
      for (const auto& [slot, one] : line->server().attachments()) {
        if (one.is_overdrawn)
          return violate("line " + std::to_string(line->number())
                         + " got back more credit than it used");
        if (one.is_joined && one.is_alive() && !one.is_leaving && is_owed(one))
          return violate("line " + std::to_string(line->number())
                         + " waits for credit of " + std::to_string(one.count_in_flight)
                         + " pushes that are done");
      }
  }

private:
  /// Credit comes in batches; what makes none yet may be owed.
  static bool is_owed(const attachment& one) {
    return one.count_in_flight >= limits::credit_batch_count
           || one.bytes_in_flight >= limits::credit_batch_bytes;
  }

  const world& world_;
};

} // namespace

std::unique_ptr<checker> check_credit(const world& where) {
  return std::make_unique<credit_checker>(where);
}

} // namespace greenroom::sim
