#include "tests/sim/shrink.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace greenroom::sim {

namespace {

constexpr std::uint64_t seeds_per_attempt = 40;

class shrinker {
public:
  shrinker(simulation_options failing, const std::string& checker,
           const std::function<void(const simulation_options&)>& progress)
    : best_(std::move(failing)), checker_(checker), progress_(progress) {}

  simulation_options run() {
    cut_tail();
    while (is_smaller_found()) {}
    return best_;
  }

private:
  /// What comes after the violation is not needed.
  void cut_tail() {
    const auto result = simulate(best_);
    if (fails(result) && result.step_count + 1 < best_.step_count) {
      auto shorter = best_;
      shorter.step_count = result.step_count + 1;
      keep_if_failing(shorter);
    }
  }

  bool is_smaller_found() {
    for (auto candidate : candidates()) {
      const auto first = candidate.seed;
      for (std::uint64_t offset = 0; offset < seeds_per_attempt; ++offset) {
        candidate.seed = offset == 0 ? first : offset;
        if (keep_if_failing(candidate)) {
          cut_tail();
          return true;
        }
      }
    }
    return false;
  }

  /// Runs that are each smaller in one respect, boldest first.
  std::vector<simulation_options> candidates() const {
    std::vector<simulation_options> result;
    const auto add = [&](auto change) {
      auto smaller = best_;
      change(smaller);
      result.push_back(smaller);
    };
    if (best_.node_count > 1)
      add([](auto& run) { run.node_count = 1; });
    if (best_.faults != fault_plan::none())
      add([](auto& run) { run.faults = fault_plan::none(); });
    for (std::size_t at = 0; at < fault_count; ++at)
      if (best_.faults.permille(static_cast<fault>(at)) > 0)
        add([&](auto& run) { run.faults.set(static_cast<fault>(at), 0); });
    if (best_.room_count > 1)
      add([](auto& run) { --run.room_count; });
    if (best_.participant_count > 2)
      add([](auto& run) {
        run.participant_count = std::max<std::size_t>(2, run.participant_count / 2);
      });
    if (best_.participant_count > 1)
      add([](auto& run) { --run.participant_count; });
    if (best_.step_count > 4) {
      add([](auto& run) { run.step_count /= 2; });
      add([](auto& run) {
        run.step_count -= std::max<std::size_t>(1, run.step_count / 8);
      });
    }
    return result;
  }

  bool keep_if_failing(const simulation_options& candidate) {
    if (!fails(simulate(candidate)))
      return false;
    best_ = candidate;
    progress_(best_);
    return true;
  }

  bool fails(const outcome& result) const {
    return result.found && result.found->checker == checker_;
  }

  simulation_options best_;
  std::string checker_;
  const std::function<void(const simulation_options&)>& progress_;
};

} // namespace

simulation_options
shrink(simulation_options failing, const std::string& checker,
       const std::function<void(const simulation_options&)>& progress) {
  return shrinker{std::move(failing), checker, progress}.run();
}

} // namespace greenroom::sim
