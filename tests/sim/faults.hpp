// What may go wrong in a run, how often, and within which bounds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace greenroom::sim {

enum class fault : std::uint8_t {
  // -- of clients, and of the one node that serves them ------------------------
  drop,          ///< A connection breaks; what was on its way is lost in part.
  half_open,     ///< A line falls silent; it heals, or either end gives up on it.
  delay,         ///< A line delivers nothing for a while, then everything.
  slow,          ///< A client stops reading for a while.
  clock,         ///< The node's wall clock jumps ahead, or stands still.
  session_death, ///< A session's process dies without a word.
  room_death,    ///< A room's process dies without a word.
  // -- of nodes ----------------------------------------------------------------
  node_kill,  ///< A node dies with all it holds, and is started again later.
  node_stall, ///< A node stands still for a while, its clock does not.
  link_cut,   ///< Bytes between two nodes stop, and flow again later.
  node_drain, ///< A node hands over and leaves in order, and is started again later.
};

inline constexpr std::size_t fault_count = 11;

/// @returns The name by which `--faults` knows it.
std::string_view to_string(fault what);

/// How likely each fault is in one step of the workload, in permille.
class fault_plan {
public:
  /// Reads "none", "client", "node", "all", or names with commas between them,
  /// each with its own permille if wanted: "drop=40,slow".
  /// @returns Nothing if a name or a number is unknown.
  static std::optional<fault_plan> parse(std::string_view list);

  static fault_plan none() { return {}; }
  static fault_plan client();
  static fault_plan all();

  std::size_t permille(fault what) const {
    return permille_[static_cast<std::size_t>(what)];
  }
  void set(fault what, std::size_t permille) {
    permille_[static_cast<std::size_t>(what)] = permille;
  }

  /// @returns What `parse` takes.
  std::string to_string() const;

  bool operator==(const fault_plan&) const = default;

private:
  std::array<std::size_t, fault_count> permille_{};
};

// -- bounds -------------------------------------------------------------------

inline constexpr std::int64_t delay_ms_max = 3'000;
inline constexpr std::int64_t slow_ms_max = 20'000;
/// A stock client gives up on a silent server after its heartbeat timeout.
inline constexpr std::int64_t client_patience_ms_max = 60'000;
inline constexpr std::int64_t clock_jump_ms_max = 10'000;
inline constexpr std::int64_t node_stall_ms_max = 10'000;
inline constexpr std::int64_t node_down_ms_max = 20'000;
/// Connections of a node that drains are closed one by one within so long.
inline constexpr std::int64_t drain_window_ms = 5'000;
/// It leaves at latest after so long.
inline constexpr std::int64_t drain_ms_max = 30'000;
inline constexpr std::int64_t link_cut_ms_max = 15'000;

} // namespace greenroom::sim
