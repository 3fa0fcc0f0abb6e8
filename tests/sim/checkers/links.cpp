#include "tests/sim/checkers.hpp"
#include "tests/sim/world.hpp"

namespace greenroom::sim {

namespace {

class link_checker final : public checker {
public:
  std::string_view name() const override { return "links"; }

  void counted(const talk& in, std::uint64_t number) override {
    if (number != in.heard_count)
      violate(label(in) + " heard " + std::to_string(number) + " as number "
              + std::to_string(in.heard_count));
  }

  void at_rest(const world& where) override {
    for (const auto& each : where.talks())
      if (each.is_open && where.is_connected(each.from, each.to)
          && each.heard_count != each.said_count)
        return violate(label(each) + " heard " + std::to_string(each.heard_count) + " of "
                       + std::to_string(each.said_count));
  }

  void at_calm(const world& where) override {
    if (!where.is_meshed())
      violate("nodes did not find each other again");
  }

private:
  static std::string label(const talk& in) {
    return "node " + std::to_string(in.to) + ", from node " + std::to_string(in.from)
           + ",";
  }
};

} // namespace

std::unique_ptr<checker> check_links(const world&) {
  return std::make_unique<link_checker>();
}

} // namespace greenroom::sim
