// The world's nodes, and what stands between them.
#include "tests/sim/faults.hpp"
#include "tests/sim/world.hpp"

#include <utility>

namespace greenroom::sim {

/// Nodes count aloud so often.
static constexpr std::int64_t beat_ms = 1'000;

// -- nodes --------------------------------------------------------------------

void world::start_node(std::size_t index) {
  node::settings setup;
  setup.index = index;
  setup.is_networked = nodes_.size() > 1;
  setup.shares_rooms = options_.shares_rooms;
  setup.limits = rules_.rooms;
  auto& where = nodes_[index];
  ++where.life;
  where.process = std::make_unique<node>(
    setup, random_, now_, [this, index](std::uint64_t actor, const journal_entry& line) {
      hear_journal(index, actor, line);
    });
  if (mesh_)
    mesh_->add(*where.process);
}

void world::kill_node(std::size_t index, std::int64_t down_ms) {
  auto& where = nodes_[index];
  if (!where.process)
    return;
  say([&] { return "node " + std::to_string(index) + " dies"; });
  bury_node(index, down_ms);
}

void world::bury_node(std::size_t index, std::int64_t down_ms) {
  auto& where = nodes_[index];
  ++where.life;
  where.is_draining = false;
  for (const auto& line : lines_)
    if (line->node() == index)
      close(*line);
  if (mesh_)
    mesh_->remove(index);
  where.process = nullptr;
  watch_.tell(&checker::buried, history_.bury(index));
  after(down_ms, [this, index] {
    disturb();
    say([&] { return "node " + std::to_string(index) + " is started again"; });
    start_node(index);
  });
}

void world::stall_node(std::size_t index, std::int64_t stall_ms) {
  auto& where = nodes_[index];
  if (!where.process || where.process->is_stalled)
    return;
  say([&] { return "node " + std::to_string(index) + " stands still"; });
  split(); // Others may take it for gone, and it may serve on until it notices.
  where.process->is_stalled = true;
  after(stall_ms, [this, index, life = where.life] {
    auto& again = nodes_[index];
    if (again.life != life)
      return;
    disturb();
    say([&] { return "node " + std::to_string(index) + " goes on"; });
    again.process->is_stalled = false;
    again.process->catch_up();
  });
}

void world::drain_node(std::size_t index, std::int64_t down_ms) {
  auto& where = nodes_[index];
  if (!where.process || where.process->is_stalled || where.is_draining
      || !options_.shares_rooms)
    return;
  say([&] { return "node " + std::to_string(index) + " drains"; });
  where.is_draining = true;
  where.process->drain();
  for (const auto& line : lines_)
    if (line->node() == index)
      after(random_.between(0, drain_window_ms), [this, line, life = where.life, index] {
        if (nodes_[index].life == life)
          close(*line);
      });
  leave_when_drained(index, now_ + drain_ms_max, down_ms);
}

void world::leave_when_drained(std::size_t index, instant until, std::int64_t down_ms) {
  constexpr std::int64_t look_ms = 500;
  constexpr std::int64_t farewell_ms = 100;
  after(look_ms, [this, index, until, down_ms, life = nodes_[index].life] {
    auto& where = nodes_[index];
    if (where.life != life)
      return;
    disturb();
    if (where.process->is_stalled
        || (where.process->extra_actor_count() > 0 && now_ < until))
      return leave_when_drained(index, until, down_ms);
    say([&] { return "node " + std::to_string(index) + " leaves"; });
    where.process->depart();
    after(farewell_ms, [this, index, down_ms, life] {
      if (nodes_[index].life == life)
        bury_node(index, down_ms);
    });
  });
}

std::size_t world::choose_node(std::size_t home, bool roams) {
  const auto is_open = [&](std::size_t index) {
    return nodes_[index].process && !nodes_[index].is_draining;
  };
  if (!options_.shares_rooms || (is_open(home) && (!roams || random_.below(4) != 0)))
    return home;
  const auto first = random_.below(nodes_.size());
  for (std::size_t at = 0; at < nodes_.size(); ++at)
    if (const auto index = (first + at) % nodes_.size(); is_open(index))
      return index;
  return home;
}

// -- between nodes ------------------------------------------------------------

void world::start_mesh() {
  mesh::surroundings around;
  around.after = [this](std::int64_t wait_ms, std::function<void()> action) {
    after(wait_ms, std::move(action));
  };
  around.say = [this](const std::function<std::string()>& text) { say(text); };
  around.heard = [this](const talk& in, std::uint64_t number) {
    watch_.tell(&checker::counted, in, number);
  };
  mesh_ = std::make_unique<mesh>(options_.node_count, random_, std::move(around));
  beat_mesh();
}

void world::beat_mesh() {
  mesh_->beat();
  after(beat_ms, [this] { beat_mesh(); });
}

void world::cut_link(std::size_t one, std::size_t other, std::int64_t cut_ms) {
  if (!mesh_ || one == other || mesh_->is_cut(one, other))
    return;
  say([&] {
    return "link between nodes " + std::to_string(one) + " and " + std::to_string(other)
           + " is cut";
  });
  disturb();
  split();
  mesh_->cut(one, other);
  after(cut_ms, [this, one, other] {
    disturb();
    say([&] {
      return "link between nodes " + std::to_string(one) + " and " + std::to_string(other)
             + " is healed";
    });
    mesh_->heal(one, other);
  });
}

void world::heal_links() {
  disturb();
  if (mesh_)
    mesh_->heal_all();
}

const std::vector<talk>& world::talks() const {
  static const std::vector<talk> none;
  return mesh_ ? mesh_->talks() : none;
}

bool world::is_connected(std::size_t one, std::size_t other) const {
  return mesh_ && mesh_->is_connected(one, other);
}

bool world::is_meshed() const {
  return !mesh_ || mesh_->is_whole();
}

} // namespace greenroom::sim
