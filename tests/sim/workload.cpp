#include "tests/sim/workload.hpp"

namespace greenroom::sim {

namespace {

/// The longest of what may be under way when nothing breaks any more: a silent
/// connection, then its seat's window, with a clock that stood still.
constexpr std::int64_t calm_ms = 150'000;
/// From the last leave to the end of its room, likewise.
constexpr std::int64_t end_ms = 150'000;

/// From one node to another and back: what is said between them may wait so that more
/// goes with it.
constexpr std::int64_t between_nodes_ms = 500;

} // namespace

workload::workload(world& where, const fault_plan& faults)
  : world_(where), faults_(faults) {
  for (std::size_t index = 0; index < where.node_count(); ++index)
    rooms_.push_back(where.rooms_of(index));
}

void workload::step() {
  ++step_count_;
  auto& random = world_.random();
  if (random.below(100) == 0)
    empty_rooms();
  act(*random.pick(world_.people()));
  break_things();
  world_.run(random.below(24));
  world_.creep(static_cast<std::int64_t>(random.below(3)));
  if (random.below(6) == 0)
    let_time_pass();
  if (step_count_ % 8 == 0)
    look();
}

void workload::calm() {
  for (const auto& line : world_.lines()) {
    line->is_held = line->is_unread = false;
    mend(line);
  }
  world_.heal_links();
  world_.pass(calm_ms);
  world_.checkers().tell(&checker::at_rest, world_);
  world_.checkers().tell(&checker::at_calm, world_);
}

void workload::end() {
  for (const auto& who : world_.people())
    who->go(world_.random().below(2) == 0);
  world_.pass(end_ms);
  world_.checkers().tell(&checker::at_rest, world_);
  world_.checkers().tell(&checker::at_end, world_);
}

void workload::look() {
  if (world_.options().shares_rooms)
    do
      world_.pass(between_nodes_ms);
    while (world_.now() - world_.heard_at() < between_nodes_ms && !world_.is_stuck()
           && !world_.checkers().found());
  world_.settle();
  while (world_.may_gather() && !world_.is_stuck() && !world_.checkers().found())
    world_.pass(limits::presence_pace_ms);
  if (!world_.is_whole())
    return;
  world_.checkers().tell(&checker::at_rest, world_);
  world_.reunite();
}

void workload::let_time_pass() {
  auto& random = world_.random();
  const auto kind = random.below(20);
  const auto max_ms = kind < 14 ? 300 : kind < 19 ? 5'000 : 45'000;
  world_.pass(random.between(1, max_ms));
  look();
}

// -- what people do -----------------------------------------------------------

void workload::act(participant& who) {
  auto& random = world_.random();
  if (who.is_in())
    return act_inside(who);
  if (!who.is_away() || random.below(3) == 0)
    return;
  if (who.has_old_token() && random.below(6) == 0)
    return who.join_with_old_token();
  who.join(random.pick(rooms_[who.node()]), random.below(3) != 0);
}

void workload::act_inside(participant& who) {
  auto& random = world_.random();
  const auto choice = random.below(100);
  const auto somebody = [&] { return who.other(random.below(who.other_count())); };
  if (choice < 20)
    who.chat();
  else if (choice < 32)
    who.update_media();
  else if (choice < 70) {
    if (who.other_count() > 0)
      choice < 55 ? who.offer(somebody()) : who.candidate(somebody());
  } else if (choice < 73)
    who.blunder();
  else if (choice < 76)
    who.candidate(participant_id::from_random(random.next(), random.next()));
  else if (choice < 80)
    who.leave();
  else if (choice < 82)
    who.join_again();
  else if (choice < 84)
    who.go(random.below(2) == 0);
  else if (choice < 86)
    flood(who);
  else if (choice < 88 && who.is_resumable())
    who.take_over();
}

/// More than a session may have in flight, all at once.
void workload::flood(participant& who) {
  auto& random = world_.random();
  for (auto count = random.between(20, 120); count > 0; --count) {
    if (random.below(4) == 0)
      who.update_media();
    else
      who.chat();
  }
}

/// Everybody goes. Just when the rooms are about to end, somebody comes.
void workload::empty_rooms() {
  auto& random = world_.random();
  for (const auto& who : world_.people())
    who->go(true);
  world_.pass(world_.rules().rooms.linger_ms - 1'000);
  for (int count = 0; count < 4; ++count) {
    world_.leap(2'000);
    world_.run(random.below(4));
    if (auto& who = *random.pick(world_.people()); who.is_away())
      who.join(random.pick(rooms_[who.node()]), random.below(3) != 0);
  }
}

// -- what goes wrong ----------------------------------------------------------

/// Chance is asked for every fault, wanted or not, so that a run with fewer
/// faults stays as alike as it can; but not for the latest, so that runs of before it
/// was there stay what they were.
void workload::break_things() {
  for (std::size_t at = 0; at < fault_count; ++at) {
    const auto what = static_cast<fault>(at);
    if (what == fault::node_drain && faults_.permille(what) == 0)
      continue;
    if (world_.random().below(1000) < faults_.permille(what) && inject(what))
      ++fault_counts_[at];
  }
}

bool workload::inject(fault what) {
  auto& random = world_.random();
  switch (what) {
    case fault::drop:
      return with_line([&](const auto& line) { world_.break_line(*line); });
    case fault::half_open: return with_line([&](const auto& line) { silence(line); });
    case fault::delay:
      return with_line([&](const auto& line) {
        line->is_held = true;
        world_.after(random.between(1, delay_ms_max), [line] { line->is_held = false; });
      });
    case fault::slow:
      return with_line([&](const auto& line) {
        line->is_unread = true;
        world_.after(random.between(1, slow_ms_max), [line] { line->is_unread = false; });
      });
    case fault::clock: return skew_clock();
    case fault::session_death: return kill_session();
    case fault::room_death: return kill_room();
    case fault::node_kill:
    case fault::node_stall:
    case fault::link_cut:
    case fault::node_drain: return harm_node(what);
  }
  return false;
}

bool workload::with_line(
  const std::function<void(const std::shared_ptr<connection>&)>& harm) {
  std::vector<std::shared_ptr<connection>> open;
  for (const auto& line : world_.lines())
    if (line->is_clean())
      open.push_back(line);
  if (open.empty())
    return false;
  const auto line = world_.random().pick(open);
  world_.say([&] { return "line " + std::to_string(line->number()) + " is harmed"; });
  harm(line);
  return true;
}

/// Neither end notices until it misses the other. What the client said before it
/// gave up may still arrive, if the line heals before the server gives up too.
void workload::silence(const std::shared_ptr<connection>& line) {
  auto& random = world_.random();
  line->is_cut = true;
  world_.after(random.between(1000, client_patience_ms_max), [this, line] {
    if (!line->is_cut || line->is_hung_up())
      return;
    line->hang_up();
    if (auto* owner = world_.owner_of(*line))
      owner->lose(*line);
  });
  world_.after(limits::idle_timeout_ms, [this, line] {
    if (line->is_cut)
      world_.close(*line);
  });
  if (random.below(2) == 0)
    world_.after(random.between(1000, limits::idle_timeout_ms),
                 [this, line] { mend(line); });
}

void workload::mend(const std::shared_ptr<connection>& line) {
  if (!line->is_cut)
    return;
  line->is_cut = false;
  if (line->is_hung_up())
    world_.hang_up(*line); // The server hears of it now.
}

bool workload::skew_clock() {
  auto& random = world_.random();
  auto* home = world_.find_node(random.below(world_.node_count()));
  const auto by_ms = random.between(-clock_jump_ms_max, clock_jump_ms_max);
  if (!home)
    return false;
  world_.say([&] {
    return "clock of node " + std::to_string(home->index()) + " jumps by "
           + std::to_string(by_ms) + " ms";
  });
  home->clock().skew(by_ms);
  return true;
}

/// Its client is not told; it finds out when nothing is answered any more.
bool workload::kill_session() {
  std::vector<std::pair<std::shared_ptr<connection>, std::shared_ptr<session_hold>>>
    alive;
  for (const auto& line : world_.lines())
    for (const auto& [slot, one] : line->server().attachments())
      if (one.is_alive())
        alive.emplace_back(line, one.session);
  if (alive.empty())
    return false;
  const auto& [line, session] = world_.random().pick(alive);
  world_.say(
    [&] { return "session of line " + std::to_string(line->number()) + " dies"; });
  world_.disturb();
  session->kill();
  world_.after(10'000, [this, line = line] {
    if (!line->is_hung_up())
      world_.break_line(*line);
  });
  return true;
}

bool workload::kill_room() {
  auto* home = world_.find_node(world_.random().below(world_.node_count()));
  const auto number = home ? home->kill_room() : 0;
  if (number == 0)
    return false;
  world_.say([&] { return "room process " + std::to_string(number) + " dies"; });
  world_.disturb();
  return true;
}

bool workload::cut_link(std::size_t index) {
  auto& random = world_.random();
  if (world_.node_count() < 2)
    return false;
  const auto other = (index + 1 + random.below(world_.node_count() - 1))
                     % world_.node_count();
  world_.cut_link(index, other, random.between(100, link_cut_ms_max));
  return true;
}

bool workload::harm_node(fault what) {
  auto& random = world_.random();
  const auto index = random.below(world_.node_count());
  if (what == fault::link_cut)
    return cut_link(index);
  if (!world_.find_node(index))
    return false;
  world_.disturb();
  if (what == fault::node_kill)
    world_.kill_node(index, random.between(100, node_down_ms_max));
  else if (what == fault::node_drain)
    world_.drain_node(index, random.between(100, node_down_ms_max));
  else
    world_.stall_node(index, random.between(100, node_stall_ms_max));
  return true;
}

} // namespace greenroom::sim
