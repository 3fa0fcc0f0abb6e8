#include "tests/sim/world.hpp"

#include <algorithm>

namespace greenroom::sim {

namespace {

/// More events than any moment brings; reaching it means that actors keep each
/// other busy for ever.
constexpr std::size_t events_per_moment_max = 200'000;

/// Small rooms and logs as well as usual ones, so that bounds are met.
house_rules draw_rules(choices& random) {
  house_rules rules;
  rules.rooms.capacity = static_cast<std::uint32_t>(random.between(2, 7));
  if (random.below(4) == 0)
    rules.rooms.log_bytes_max = static_cast<std::size_t>(random.between(2'000, 20'000));
  rules.outbox_bytes_max = static_cast<std::size_t>(random.between(16'000, 64'000));
  return rules;
}

} // namespace

world::world(const world_options& options, trace& out, const house_rules* rules)
  : options_(options), trace_(out), random_(options.seed) {
  const auto drawn = draw_rules(random_);
  rules_ = rules ? *rules : drawn;
  nodes_.resize(options.node_count);
  for (std::size_t index = 0; index < nodes_.size(); ++index)
    start_node(index);
  for (std::size_t number = 0; number < options.participant_count; ++number)
    people_.push_back(std::make_unique<participant>(*this, number, number % nodes_.size()));
}

world::~world() {
  agenda_.clear();
  people_.clear();
  for (const auto& line : lines_)
    line->close();
  lines_.clear();
}

std::vector<std::string> world::rooms_of(std::size_t node_index) const {
  std::vector<std::string> rooms;
  for (std::size_t number = 0; number < std::max(options_.room_count, nodes_.size()); ++number)
    if (number % nodes_.size() == node_index)
      rooms.push_back("room-" + std::to_string(number));
  return rooms;
}

// -- running ------------------------------------------------------------------

bool world::step() {
  std::size_t ready_count = 0;
  for (const auto& [process, is_stalled, life] : nodes_)
    if (process && !is_stalled)
      ready_count += process->ready_count();
  for (const auto& line : lines_)
    ready_count += line->can_carry_up() + line->can_carry_down() + line->wants_to_close();
  if (ready_count == 0)
    return false;
  ++event_count_;
  auto chosen = random_.below(ready_count);
  for (auto& where : nodes_) {
    if (!where.process || where.is_stalled)
      continue;
    if (chosen < where.process->ready_count()) {
      run_node(where, chosen);
      return true;
    }
    chosen -= where.process->ready_count();
  }
  for (const auto& line : lines_) {
    const auto each = std::size_t{0} + line->can_carry_up() + line->can_carry_down()
                      + line->wants_to_close();
    if (chosen >= each) {
      chosen -= each;
      continue;
    }
    const auto held = line; // What happens may let go of it.
    if (held->can_carry_up() && chosen-- == 0)
      held->carry_up();
    else if (held->can_carry_down() && chosen == 0)
      deliver(*held);
    else if (auto* owner = owner_of(*held)) {
      held->hang_up();
      owner->lose(*held);
    } else
      held->hang_up();
    return true;
  }
  return true;
}

void world::run_node(place& where, std::size_t position) {
  const auto taken = where.process->run(position);
  if (taken.mail_count > 0)
    watch_.tell(&checker::worked, taken.number, taken.mail_count);
  for (const auto& line : lines_)
    if (!line->server().is_lost() && line->server().is_over()) {
      say([&] { return "line " + std::to_string(line->number()) + " is closed as slow"; });
      close(*line);
    }
}

void world::deliver(connection& line) {
  auto told = line.carry_down();
  if (!told)
    return;
  if (auto* owner = owner_of(line))
    owner->hear(line, std::move(*told));
}

void world::run(std::size_t event_count_max) {
  while (event_count_max-- > 0 && !watch_.found() && step()) {
  }
}

void world::settle() {
  settle_once();
  tidy();
}

void world::settle_once() {
  for (std::size_t count = 0; !watch_.found() && step(); ++count)
    if (count >= events_per_moment_max) {
      is_stuck_ = true;
      return;
    }
}

void world::tidy() {
  std::erase_if(lines_, [&](const auto& line) {
    if (line->is_over())
      owners_.erase(line->number());
    return line->is_over();
  });
}

void world::creep(std::int64_t ms) {
  reach(now_ + ms);
}

void world::pass(std::int64_t ms) {
  const auto until = now_ + ms;
  settle();
  while (now_ < until && !watch_.found() && !is_stuck_) {
    reach(next_instant(until));
    settle();
  }
}

instant world::next_instant(instant until) const {
  auto next = until;
  if (!agenda_.empty())
    next = std::min(next, agenda_.begin()->first);
  for (const auto& [process, is_stalled, life] : nodes_)
    if (process && !is_stalled)
      next = std::min(next, process->next_timer().value_or(until));
  return std::max(next, now_ + 1);
}

void world::reach(instant moment) {
  now_ = moment;
  for (const auto& [process, is_stalled, life] : nodes_)
    if (process && !is_stalled)
      process->catch_up();
  while (!agenda_.empty() && agenda_.begin()->first <= now_) {
    const auto action = std::move(agenda_.begin()->second);
    agenda_.erase(agenda_.begin());
    action();
  }
}

void world::after(std::int64_t wait_ms, std::function<void()> action) {
  agenda_.emplace(now_ + wait_ms, std::move(action));
}

// -- connections --------------------------------------------------------------

std::shared_ptr<connection> world::connect(const participant& whose) {
  const auto index = whose.node();
  if (!nodes_[index].process)
    return nullptr;
  const auto number = ++line_count_;
  // Plans and sessions may outlive the line, and its node.
  auto self = std::make_shared<std::weak_ptr<connection>>();
  surroundings around;
  around.open = [this, index, origin = whose.name()](join_request wanted,
                                                     std::shared_ptr<outbox_port> outbox) {
    return nodes_[index].process->open(std::move(wanted), std::move(outbox), origin);
  };
  around.after = [this, self](std::int64_t wait_ms, std::function<void()> action) {
    after(wait_ms, [line = *self, action = std::move(action)] {
      if (const auto alive = line.lock(); alive && !alive->server().is_lost())
        action();
    });
  };
  around.now = [this] { return now_; };
  auto line = std::make_shared<connection>(
    number, index, make_plain_end(std::move(around), rules_.outbox_bytes_max));
  *self = line;
  owners_[number] = whose.number();
  lines_.push_back(line);
  return line;
}

void world::hang_up(connection& line) {
  line.hang_up();
  after(random_.between(0, 20), [this, number = line.number()] {
    for (const auto& each : lines_)
      if (each->number() == number)
        close(*each);
  });
}

void world::break_line(connection& line) {
  line.lose_requests(random_.below(line.waiting_up() + 1));
  auto* owner = owner_of(line);
  hang_up(line);
  if (owner)
    owner->lose(line);
}

void world::close(connection& line) {
  line.close();
}

participant* world::owner_of(const connection& line) {
  const auto found = owners_.find(line.number());
  return found == owners_.end() ? nullptr : people_[found->second].get();
}

// -- nodes --------------------------------------------------------------------

void world::start_node(std::size_t index) {
  node::settings setup;
  setup.index = index;
  setup.limits = rules_.rooms;
  auto& where = nodes_[index];
  ++where.life;
  where.is_stalled = false;
  where.process = std::make_unique<node>(
    setup, random_, now_, [this, index](std::uint64_t actor, const journal_entry& line) {
      hear_journal(index, actor, line);
    });
}

void world::kill_node(std::size_t index, std::int64_t down_ms) {
  auto& where = nodes_[index];
  if (!where.process)
    return;
  say([&] { return "node " + std::to_string(index) + " dies"; });
  ++where.life;
  for (const auto& line : lines_)
    if (line->node() == index)
      close(*line);
  where.process = nullptr;
  watch_.tell(&checker::buried, history_.bury(index));
  after(down_ms, [this, index] {
    say([&] { return "node " + std::to_string(index) + " is started again"; });
    start_node(index);
  });
}

void world::stall_node(std::size_t index, std::int64_t stall_ms) {
  auto& where = nodes_[index];
  if (!where.process || where.is_stalled)
    return;
  say([&] { return "node " + std::to_string(index) + " stands still"; });
  where.is_stalled = true;
  after(stall_ms, [this, index, life = where.life] {
    auto& again = nodes_[index];
    if (again.life != life)
      return;
    say([&] { return "node " + std::to_string(index) + " goes on"; });
    again.is_stalled = false;
    again.process->catch_up();
  });
}

void world::hear_journal(std::size_t node_index, std::uint64_t actor,
                         const journal_entry& line) {
  const auto note = history_.note(node_index, actor, line, now_);
  say([&] {
    std::string text{line.room_id};
    text += " notes " + std::string{line.event};
    if (!line.from_id.is_nil())
      text += " " + short_name(line.from_id);
    if (!line.to_id.is_nil())
      text += " to " + short_name(line.to_id);
    if (!line.detail.empty())
      text += ": " + std::string{line.detail};
    if (line.presences_count >= 0)
      text += ", of " + std::to_string(line.presences_count);
    return text;
  });
  watch_.tell(&checker::noted, note);
}

} // namespace greenroom::sim
