#include "tests/sim/world.hpp"

#include <algorithm>

#include "tests/sim/describe.hpp"

namespace greenroom::sim {

namespace {

/// More events than any moment brings; reaching it means that actors keep each
/// other busy for ever.
constexpr std::size_t events_per_moment_max = 200'000;

/// Nodes that have just started meet one by one, and those which have met may serve
/// before they meet the others: a room may have had two owners until then.
constexpr std::int64_t first_meetings_ms = 1'000;

/// How many things may happen on a line next.
std::size_t choices_of(const connection& line) {
  return std::size_t{0} + line.can_carry_up() + line.can_carry_down()
         + line.wants_to_close();
}

/// The largest log that an outbox of `bytes` bytes can replay, as limits.hpp relates
/// the two. A log of half as much text is counted in full by the room.
std::size_t log_bytes_for(std::size_t bytes) {
  constexpr std::size_t largest_message = 4'096;
  constexpr auto entries = 2 * limits::event_bytes_min / limits::outbox_entry_bytes;
  constexpr auto text = 2 * limits::replay_share;
  return (bytes - largest_message) * entries * text / (entries + text);
}

/// Small rooms and logs as well as larger ones, so that bounds are met.
house_rules draw_rules(choices& random) {
  house_rules rules;
  rules.rooms.capacity = static_cast<std::uint32_t>(random.between(2, 7));
  if (random.below(4) == 0)
    rules.rooms.log_bytes_max = static_cast<std::size_t>(random.between(2'000, 20'000));
  rules.outbox_bytes_max = static_cast<std::size_t>(random.between(16'000, 64'000));
  rules.rooms.log_bytes_max = std::min(rules.rooms.log_bytes_max,
                                       log_bytes_for(rules.outbox_bytes_max));
  return rules;
}

/// From a source of its own, so that a seed without wide rooms is one run, whether others
/// have them or not.
std::uint32_t draw_width(const world_options& options) {
  choices random{~options.seed};
  const bool is_wide = options.has_wide_rooms.value_or(random.below(2) == 0);
  return is_wide ? static_cast<std::uint32_t>(random.between(1, 4))
                 : limits::wide_room_seats_min;
}

} // namespace

world::world(const world_options& options, trace& out, const house_rules* rules)
  : options_(options), trace_(out), random_(options.seed) {
  const auto drawn = draw_rules(random_);
  rules_ = rules ? *rules : drawn;
  if (!rules)
    rules_.rooms.wide_seats_min = draw_width(options);
  nodes_.resize(options.node_count);
  if (options.node_count > 1)
    start_mesh();
  for (std::size_t index = 0; index < nodes_.size(); ++index)
    start_node(index);
  for (std::size_t number = 0; number < options.participant_count; ++number)
    people_.push_back(
      std::make_unique<participant>(*this, number, number % nodes_.size()));
}

world::~world() {
  agenda_.clear();
  people_.clear();
  for (const auto& line : lines_)
    line->close();
  lines_.clear();
  for (std::size_t index = 0; mesh_ && index < nodes_.size(); ++index)
    if (nodes_[index].process)
      mesh_->remove(index);
  nodes_.clear();
}

std::vector<std::string> world::rooms_of(std::size_t node_index) const {
  std::vector<std::string> rooms;
  for (std::size_t number = 0; number < std::max(options_.room_count, nodes_.size());
       ++number)
    if (options_.shares_rooms || number % nodes_.size() == node_index)
      rooms.push_back("room-" + std::to_string(number));
  return rooms;
}

// -- running ------------------------------------------------------------------

bool world::step() {
  std::size_t ready_count = 0;
  for (const auto& [process, life, is_draining] : nodes_)
    if (process && !process->is_stalled)
      ready_count += process->ready_count();
  for (const auto& line : lines_)
    ready_count += choices_of(*line);
  const auto mesh_count = mesh_ ? mesh_->choice_count() : 0;
  if (ready_count + mesh_count == 0)
    return false;
  auto chosen = random_.below(ready_count + mesh_count);
  if (chosen >= ready_count) {
    const bool has_happened = mesh_->step();
    event_count_ += has_happened;
    return has_happened || ready_count > 0;
  }
  ++event_count_;
  if (mesh_)
    mesh_->wake();
  for (auto& where : nodes_) {
    if (!where.process || where.process->is_stalled)
      continue;
    if (chosen < where.process->ready_count()) {
      run_node(where, chosen);
      return true;
    }
    chosen -= where.process->ready_count();
  }
  return step_lines(chosen);
}

bool world::step_lines(std::size_t chosen) {
  for (std::size_t at = 0; at < lines_.size(); ++at) {
    if (chosen >= choices_of(*lines_[at])) {
      chosen -= choices_of(*lines_[at]);
      continue;
    }
    const auto line = lines_[at]; // What happens may let go of it.
    if (line->can_carry_up() && chosen-- == 0)
      submit(*line);
    else if (line->can_carry_down())
      deliver(*line);
    else {
      line->hang_up();
      if (auto* owner = owner_of(*line))
        owner->lose(*line);
    }
    return true;
  }
  return true;
}

void world::run_node(place& where, std::size_t position) {
  const auto taken = where.process->run(position);
  say([&] {
    return "node " + std::to_string(where.process->index()) + " ran "
           + std::string{taken.actor} + " " + std::to_string(taken.number);
  });
  if (taken.mail_count > 0)
    watch_.tell(&checker::worked, taken.number, taken.mail_count);
  for (const auto& line : lines_)
    if (!line->server().is_lost() && line->server().is_over()) {
      say(
        [&] { return "line " + std::to_string(line->number()) + " is closed as slow"; });
      close(*line);
    }
}

void world::submit(connection& line) {
  do {
    say([&] {
      return "line " + std::to_string(line.number()) + " up: " + describe(line.next_up());
    });
    line.carry_up();
  } while (options_.reads_at_once && line.brings_all_at_once() && line.can_carry_up());
  if (!line.server().is_lost())
    line.server().hand_over();
  heard_at_ = now_;
}

void world::deliver(connection& line) {
  auto told = line.carry_down();
  if (!told)
    return;
  say([&] {
    return "line " + std::to_string(line.number()) + " down: " + describe(*told);
  });
  if (auto* owner = owner_of(line))
    owner->hear(line, *told);
}

void world::run(std::size_t event_count_max) {
  while (event_count_max-- > 0 && !watch_.found() && step()) {}
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

void world::leap(std::int64_t ms_max) {
  settle();
  reach(next_instant(now_ + ms_max));
}

void world::pass(std::int64_t ms) {
  const auto until = now_ + ms;
  settle();
  while (now_ < until && !watch_.found() && !is_stuck_) {
    reach(next_instant(until));
    settle();
  }
}

bool world::is_whole() const {
  if (options_.shares_rooms && (!is_meshed() || now_ - disturbed_at_ < agreement_ms))
    return false;
  return std::ranges::all_of(
    nodes_, [](const auto& each) { return each.process && !each.process->is_stalled; });
}

bool world::is_harmed() const {
  return options_.shares_rooms
         && (!is_meshed() || std::ranges::any_of(nodes_, [](const auto& each) {
              return each.process && each.process->is_stalled;
            }));
}

instant world::next_instant(instant until) const {
  auto next = until;
  if (!agenda_.empty())
    next = std::min(next, agenda_.begin()->first);
  for (const auto& [process, life, is_draining] : nodes_)
    if (process && !process->is_stalled)
      next = std::min(next, process->next_timer().value_or(until));
  return std::max(next, now_ + 1);
}

void world::reach(instant moment) {
  now_ = moment;
  if (is_harmed())
    disturb();
  if (mesh_)
    mesh_->wake();
  for (const auto& [process, life, is_draining] : nodes_)
    if (process && !process->is_stalled)
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

/// Of rooms that nodes share no journal is the whole truth, as owners change and die.
/// The clients' own view numbers their seats.
seat_number world::take_seat(const admission& seat) {
  if (!options_.shares_rooms)
    return history_.last_seat_of(seat.self); // It may be gone by now.
  const bool goes_on = seat.resumed && seat.replay != replay_outcome::lost;
  return history_.occupy(seat.self, goes_on);
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
  around.open = [this, index, origin = whose.name()](
                  join_request wanted, std::shared_ptr<outbox_port> outbox) {
    return nodes_[index].process->open(std::move(wanted), std::move(outbox), origin);
  };
  around.after = [this, self](std::int64_t wait_ms, std::function<void()> action) {
    after(wait_ms, [self, action = std::move(action)] {
      if (const auto alive = self->lock(); alive && !alive->server().is_lost())
        action();
    });
  };
  around.now = [this] { return now_; };
  const auto make_end = options_.speaks_phoenix ? make_phoenix_end : make_plain_end;
  auto line = std::make_shared<connection>(
    number, index, make_end(std::move(around), rules_.outbox_bytes_max));
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

// -- telling ------------------------------------------------------------------

void world::hear_journal(std::size_t node_index, std::uint64_t actor,
                         const journal_entry& line) {
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
  if (line.event == "presence_diff")
    changed_at_ = now_;
  if (!options_.shares_rooms)
    watch_.tell(&checker::noted, history_.note(node_index, actor, line, now_));
  else if (line.event == "view_changed")
    note_view(line);
  else if (line.event == "room_absorbed" && elapsed_ms() < first_meetings_ms)
    split();
}

void world::note_view(const journal_entry& line) {
  for (std::size_t index = 0; index < nodes_.size(); ++index) {
    const auto gone = "node-" + std::to_string(index) + " gone";
    if (!nodes_[index].process || line.detail.find(gone) == line.detail.npos)
      continue;
    is_parted_ = true;
    watch_.tell(&checker::parted);
  }
}

} // namespace greenroom::sim
