// The links between nodes. Their bytes are real: CAF's node-to-node protocol over
// its test multiplexer, which delivers when it is told to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/choices.hpp"
#include "tests/sim/node.hpp"

namespace greenroom::sim {

/// Numbers one stretch in which one node could speak to another.
using talk_number = std::uint64_t;

/// What nodes do with each other until rooms are shared: on each node an actor
/// counts aloud to those of all the others.
struct talk {
  talk_number number = 0;
  std::size_t from = 0, to = 0;
  std::uint64_t said_count = 0;
  std::uint64_t heard_count = 0;
  bool is_open = true;
};

class mesh {
public:
  struct surroundings {
    std::function<void(std::int64_t wait_ms, std::function<void()>)> after;
    std::function<void(const std::function<std::string()>&)> say;
    /// Hears each number that arrives.
    std::function<void(const talk&, std::uint64_t number)> heard;
  };

  mesh(std::size_t node_count, choices& random, surroundings around);
  ~mesh();

  // -- nodes ----------------------------------------------------------------------

  /// A node has started. It is joined to all that run.
  void add(node& started);
  /// A node is about to die; the others' links to it break.
  void remove(std::size_t index);

  // -- links ----------------------------------------------------------------------

  /// Bytes stop, either way; neither node is told.
  void cut(std::size_t one, std::size_t other);
  void heal(std::size_t one, std::size_t other);
  void heal_all();
  bool is_cut(std::size_t one, std::size_t other) const;
  /// @returns Whether both nodes believe that they reach each other, and do.
  bool is_connected(std::size_t one, std::size_t other) const;

  /// All nodes count one further.
  void beat();

  // -- running --------------------------------------------------------------------

  /// Lets one thing happen, any that is ready: bytes read, an actor of the network
  /// run, a connection accepted.
  /// @returns false if none is; then it stays idle until woken.
  bool step();
  /// Something happened that may have brought bytes.
  void wake() { is_idle_ = false; }
  /// How many things to try, for choosing among them and others.
  std::size_t choice_count() const;

  const std::vector<talk>& talks() const { return talks_; }
  /// @returns Whether all running nodes can speak to each other.
  bool is_whole() const;

private:
  class neighbour;
  struct place;
  struct link;

  link& link_of(std::size_t one, std::size_t other) const;
  void dial(link& between);
  void dial_later(link& between);
  void reset(link& between, std::size_t seen_by);

  // -- what neighbours report -----------------------------------------------------

  talk_number open(std::size_t from, std::size_t to);
  void close(std::size_t from, std::size_t to);
  void hear(talk_number in, std::uint64_t number);
  void fail(std::size_t from, std::size_t to);

  choices& random_;
  surroundings around_;
  std::vector<std::unique_ptr<place>> places_;
  std::vector<std::unique_ptr<link>> links_;
  std::vector<talk> talks_;
  std::int64_t handle_count_ = 0;
  bool is_idle_ = false;
};

} // namespace greenroom::sim
