#pragma once

#include <string>

#include <caf/actor_system.hpp>

#include "actors/interfaces.hpp"

namespace greenroom {

/// Asks the node's rooms on behalf of its operator. Safe to use from any thread that
/// runs no actors.
class room_inspector {
public:
  room_inspector(caf::actor_system& system, directory_actor directory)
    : system_(system), directory_(std::move(directory)) {}

  /// Answers what came in by the control socket: "rooms", "dump ID" or "report ID".
  /// @throws std::runtime_error with a sentence for the operator.
  std::string answer(const std::string& request);

  /// @returns The recordings of all rooms, one behind the other.
  std::string dump_all();

private:
  template <class Answer, class Question>
  Answer ask(Question question);
  /// @throws std::runtime_error if there is no such room.
  template <class Question>
  std::string ask_room(const std::string& name);

  caf::actor_system& system_;
  directory_actor directory_;
};

} // namespace greenroom
