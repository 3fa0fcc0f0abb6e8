#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>

#include "actors/interfaces.hpp"
#include "protocol/cluster/reachability.hpp"

namespace greenroom {

class cluster;

/// Asks the node's rooms on behalf of its operator, and those of other nodes where the
/// node itself does not know. Safe to use from any thread that runs no actors, which is
/// also where whatever takes time is done. Each question is bounded in time.
class room_inspector {
public:
  /// @param nodes Null: this node is alone.
  room_inspector(caf::actor_system& system, directory_actor directory, cluster* nodes)
    : system_(system), directory_(std::move(directory)), nodes_(nodes) {}

  /// Answers what came in by the control socket: "nodes", "rooms", "report ROOM",
  /// "dump ROOM", "why FROM TO ROOM" or "drain NODE".
  /// @throws std::runtime_error with a sentence for the operator.
  std::string answer(const std::string& request);

  /// @returns The recordings of all rooms, one behind the other.
  std::string dump_all();

private:
  template <class Answer, class Question>
  Answer ask(Question question);

  std::string list();
  std::string report(const std::string& room);
  std::string dump(const std::string& room);
  std::string why(const std::string& words);
  std::string drain(const std::string& node);

  /// @param node Empty: this one.
  /// @returns Nothing if that node has no such room.
  std::optional<reach_testimony> testimony(const reach_question& question,
                                           const std::string& node);

  caf::actor_system& system_;
  directory_actor directory_;
  cluster* nodes_;
};

} // namespace greenroom
