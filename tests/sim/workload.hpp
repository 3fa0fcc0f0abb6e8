// What people do, and what goes wrong meanwhile.
#pragma once

#include <array>
#include <cstddef>

#include "tests/sim/faults.hpp"
#include "tests/sim/world.hpp"

namespace greenroom::sim {

class workload {
public:
  workload(world& where, const fault_plan& faults);

  /// Somebody does something, something may break, and a part of what follows
  /// from it happens.
  void step();
  /// Nothing breaks any more, and everybody comes back.
  void calm();
  /// Everybody goes.
  void end();

  const std::array<std::size_t, fault_count>& fault_counts() const {
    return fault_counts_;
  }

private:
  void act(participant& who);
  void act_inside(participant& who);
  void flood(participant& who);
  void empty_rooms();
  void look();
  void let_time_pass();

  void break_things();
  /// @returns Whether there was anything to break.
  bool inject(fault what);
  bool with_line(const std::function<void(const std::shared_ptr<connection>&)>& harm);
  void silence(const std::shared_ptr<connection>& line);
  void mend(const std::shared_ptr<connection>& line);
  bool skew_clock();
  bool kill_session();
  bool kill_room();
  bool harm_node(fault what);
  bool cut_link(std::size_t index);

  world& world_;
  std::vector<std::vector<std::string>> rooms_; ///< That people of each node may join.
  fault_plan faults_;
  std::array<std::size_t, fault_count> fault_counts_{};
  std::size_t step_count_ = 0;
};

} // namespace greenroom::sim
