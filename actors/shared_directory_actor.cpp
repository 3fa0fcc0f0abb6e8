#include "actors/shared_directory_actor.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <caf/send.hpp>

#include "actors/shared_room_actor.hpp"
#include "protocol/cluster/node_report.hpp"
#include "protocol/cluster/placement.hpp"

namespace greenroom {

shared_directory_process::shared_directory_process(caf::actor_config& config, ports world,
                                                   awareness aware, node_name self,
                                                   room_limits limits,
                                                   std::size_t room_count_max)
  : shared_directory_actor::base(config),
    world_(world),
    aware_(std::move(aware)),
    self_(std::move(self)),
    limits_(limits),
    room_count_max_(room_count_max) {
  set_down_handler([this](const caf::down_msg& down) { on_down(down); });
}

shared_directory_actor::behavior_type shared_directory_process::make_behavior() {
  return {
    [this](const join_room& command, const room_listener_actor& listener) {
      route(command, listener);
    },
    [this](const room_emptied&, const room_actor&) {},
    [this](const retire_room& command, const room_actor& room) { retire(command, room); },
    [this](const claim_suspension& command) {
      return suspension_answered{claim(suspensions_, command.who, command.origin,
                                       world_.clock->now(), limits_.resume_window_ms)};
    },
    [this](const release_suspension& command) { release(suspensions_, command.who); },
    [this](const list_rooms&) { return rooms(); },
    [this](const dump_room& question) { return pass_to_room(question); },
    [this](const report_room& question) { return pass_to_node(question); },
    [this](const testify_room& question) { return pass_to_node(question); },
    [this](const summarize_room& question) {
      return pass_to_room<room_summary>(question);
    },
    [this](const locate_room& question) {
      return ownership_of(question.room).known.owner.value;
    },
    [this](const report_nodes&) { return nodes(); },
    [this](const view_adopted& news) { adopt(news); },
    [this](const route_link& frame) { route(frame); },
    [this](const pass_on& frame) { pass(frame); },
    [this](const view_followed& news) {
      followed_[{news.node}] = news.view;
      settle();
    },
    [this](const room_followed& news, const shared_room_actor& room) {
      note_followed(news, room);
    },
  };
}

void shared_directory_process::on_exit() {
  for (const auto& [name, known] : rooms_)
    caf::anon_send_exit(known.room, caf::exit_reason::user_shutdown);
  rooms_.clear();
  others_.clear();
}

// -- rooms ---------------------------------------------------------------------

shared_directory_process::entry*
shared_directory_process::find_or_start(const room_id& room) {
  const auto found = rooms_.find(room);
  if (found != rooms_.end())
    return &found->second;
  if (rooms_.size() >= room_count_max_)
    return nullptr;
  auto known = ownership_of(room);
  auto started = spawn<shared_room_process>(world_, shared_directory_actor{this}, aware_,
                                            room, self_, limits_, known);
  monitor(started);
  // A room that has just begun has nothing to send to anybody.
  return &rooms_.emplace(room, entry{std::move(started), 0, known.view}).first->second;
}

void shared_directory_process::route(const join_room& command,
                                     const room_listener_actor& listener) {
  auto* known = find_or_start(command.room);
  if (known == nullptr) {
    send(listener, join_refused{unavailable{limits::retry_after_ms}});
    return;
  }
  ++known->visit_count;
  send(known->room, command, listener);
  // Else a room that dies before it answers would keep the listener waiting.
  send(listener, join_routed{caf::actor_cast<caf::strong_actor_ptr>(known->room)});
}

void shared_directory_process::route(const route_link& frame) {
  const auto from = caf::actor_cast<shared_room_actor>(current_sender());
  auto* known = from ? find_or_start({frame.room}) : nullptr;
  if (known == nullptr)
    return;
  ++known->visit_count;
  caf::send_as(from, known->room, link_frame{frame.bytes});
}

void shared_directory_process::pass(const pass_on& frame) {
  const auto from = caf::actor_cast<shared_room_actor>(current_sender());
  const auto found = others_.find(frame.to);
  if (from && found != others_.end())
    caf::send_as(from, found->second, route_link{frame.room.value, frame.bytes});
  else if (from)
    send(from, not_passed_on{frame.bytes});
}

void shared_directory_process::retire(const retire_room& command,
                                      const room_actor& room) {
  const auto found = rooms_.find(command.room);
  if (found == rooms_.end() || found->second.room.address() != room.address()
      || found->second.visit_count != command.join_count)
    return; // Somebody is on the way; the room lives on and asks again.
  demonitor(room.address());
  rooms_.erase(found);
  send(room, retirement_granted{});
  settle();
}

void shared_directory_process::on_down(const caf::down_msg& down) {
  const auto gone = std::ranges::find_if(rooms_, [&](const auto& known) {
    return known.second.room.address() == down.source;
  });
  if (gone == rooms_.end())
    return;
  journal_entry line;
  line.level = severity::error;
  line.event = "room_died";
  line.room_id = gone->first.value;
  line.ts = world_.clock->now();
  world_.journal->write(line);
  rooms_.erase(gone);
  settle();
}

// -- what an operator asks -------------------------------------------------------

std::vector<std::string> shared_directory_process::rooms() const {
  std::vector<std::string> names;
  for (const auto& [id, known] : rooms_)
    names.push_back(id.value);
  std::ranges::sort(names);
  return names;
}

std::string shared_directory_process::nodes() const {
  std::set<node_name> linked;
  for (const auto& [name, directory] : others_)
    linked.insert(name);
  std::map<node_name, std::size_t> room_counts;
  for (const auto& [id, known] : rooms_)
    ++room_counts[owner_of(id, view_).value_or(self_)];
  return report(view_, self_, linked, room_counts);
}

template <class Answer, class Question>
caf::result<Answer> shared_directory_process::pass_to_room(const Question& question) {
  const auto found = rooms_.find(question.room);
  if (found == rooms_.end())
    return Answer{};
  return delegate(found->second.room, question);
}

/// The other directory answers the asker; if it does not, the asker's patience ends.
template <class Question>
caf::result<std::string> shared_directory_process::pass_to_node(Question question) {
  const node_name node{std::exchange(question.node, {})};
  if (node.value.empty() || node == self_) {
    for (const auto& [name, directory] : others_)
      question.names.emplace(directory.node(), name.value);
    return pass_to_room(question);
  }
  const auto found = others_.find(node);
  if (found == others_.end())
    return caf::make_error(caf::sec::runtime_error,
                           "node " + node.value + " is not linked with this one");
  return delegate(found->second, std::move(question));
}

// -- views ---------------------------------------------------------------------

ownership_changed shared_directory_process::ownership_of(const room_id& room) const {
  const auto owner = owner_of(room, view_);
  ownership known;
  known.owner = owner.value_or(self_);
  known.is_ours = known.owner == self_;
  known.is_settled = is_settled_;
  known.gone = gone_;
  return {std::move(known), fingerprint_, spell_};
}

void shared_directory_process::adopt(const view_adopted& news) {
  view_ = news.view;
  others_.clear();
  for (const auto& [name, directory] : news.directories)
    others_.emplace(name, caf::actor_cast<shared_directory_actor>(directory));
  std::vector<node_name> gone;
  for (const auto& node : view_)
    if (node.status == node_status::gone)
      gone.push_back(node.name);
  gone_ = std::make_shared<const std::vector<node_name>>(std::move(gone));
  const auto print = fingerprint(view_);
  if (print != fingerprint_ || news.spell != spell_) {
    fingerprint_ = print;
    spell_ = news.spell;
    is_settled_ = false;
    write("view_changed");
    tell_rooms();
  }
  told_ = 0; // A node that was linked anew has not heard it.
  settle();
}

void shared_directory_process::tell_rooms() {
  for (const auto& [name, known] : rooms_)
    send(known.room, ownership_of(name));
}

void shared_directory_process::note_followed(const room_followed& news,
                                             const shared_room_actor& room) {
  const auto found = rooms_.find(news.room);
  if (found == rooms_.end() || found->second.room != room)
    return;
  found->second.followed_view = news.view;
  settle();
}

bool shared_directory_process::all_have_followed() const {
  return std::ranges::all_of(rooms_, [&](const auto& known) {
    return known.second.followed_view == fingerprint_;
  });
}

bool shared_directory_process::all_have_settled() const {
  return std::ranges::all_of(view_, [&](const member& node) {
    if (node.name == self_ || node.status == node_status::gone)
      return true;
    const auto found = followed_.find(node.name);
    return found != followed_.end() && found->second == fingerprint_;
  });
}

void shared_directory_process::tell_others() {
  told_ = fingerprint_;
  for (const auto& [name, directory] : others_)
    send(directory, view_followed{self_.value, fingerprint_});
}

void shared_directory_process::settle() {
  if (told_ != fingerprint_ && all_have_followed())
    tell_others();
  const bool is_aware = aware_->holds(spell_, steady_ms(clock()));
  if (is_settled_ || !is_aware || told_ != fingerprint_ || !all_have_settled())
    return;
  is_settled_ = true;
  write("view_settled");
  tell_rooms();
}

void shared_directory_process::write(std::string_view event) const {
  std::string nodes;
  for (const auto& node : view_)
    nodes += (nodes.empty() ? "" : ", ") + node.name.value + ' '
             + std::string{to_string(node.status)};
  journal_entry line;
  line.level = severity::info;
  line.event = event;
  line.detail = nodes;
  line.ts = world_.clock->now();
  world_.journal->write(line);
}

} // namespace greenroom
