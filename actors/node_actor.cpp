#include "actors/node_actor.hpp"

#include <algorithm>
#include <chrono>

#include "protocol/cluster/link.hpp"

namespace greenroom {

node_process::node_process(caf::actor_config& config, ports world, dialer_port* dialer,
                           shared_directory_actor directory, awareness aware,
                           node_settings setup)
  : node_actor::base(config),
    world_(world),
    dialer_(dialer),
    directory_(std::move(directory)),
    aware_(std::move(aware)),
    members_(make_membership(std::move(setup.name), std::move(setup.address),
                             std::move(setup.seeds), setup.times, steady_ms(clock()),
                             static_cast<std::uint64_t>(world_.clock->now()))) {
  set_down_handler([this](const caf::down_msg& down) { on_down(down); });
}

node_actor::behavior_type node_process::make_behavior() {
  on_tick();
  adopt();
  return {
    [this](const view_frame& frame, const caf::strong_actor_ptr& directory) {
      hear(frame, directory);
    },
    [this](const membership_refused& answer) { dialer_->refused(answer.why); },
    [this](const dial_done& answer) { take(answer); },
    [this](const drain_node&) { execute(start_draining(members_)); },
    [this](const tick&) { on_tick(); },
  };
}

void node_process::on_exit() {
  for (const auto& [name, other] : links_) {
    depart(members_);
    tell(other.node);
  }
  links_.clear();
  directory_ = nullptr;
}

bool node_process::speaks_our_protocol(const view_told& told, const node_actor& from) {
  if (told.protocol_min <= cluster_protocol_version
      && told.protocol_max >= cluster_protocol_version_min)
    return true;
  const auto why = "node " + members_.self.name.value + " speaks cluster protocols "
                   + std::to_string(cluster_protocol_version_min) + " to "
                   + std::to_string(cluster_protocol_version) + ", node "
                   + told.from.name.value + " " + std::to_string(told.protocol_min)
                   + " to " + std::to_string(told.protocol_max);
  write(severity::error, "node_refused", why);
  send(from, membership_refused{why});
  return false;
}

void node_process::hear(const view_frame& frame, const caf::strong_actor_ptr& directory) {
  const auto told = decode_view(frame.bytes);
  const auto from = caf::actor_cast<node_actor>(current_sender());
  if (!told || !from) {
    write(severity::error, "view_garbled", "");
    return;
  }
  if (told->from.name == members_.self.name) {
    hear_namesake(told->from, from);
    return;
  }
  if (!speaks_our_protocol(*told, from))
    return;
  const auto now = steady_ms(clock());
  const auto known = links_.find(told->from.name);
  if (known == links_.end() || known->second.node != from) {
    if (known != links_.end())
      demonitor(known->second.node.address());
    monitor(from);
    links_[told->from.name] = {from, directory};
    write(severity::info, "node_linked", told->from.name.value);
    execute(link_up(members_, told->from, told->from.address, now));
    adopt();
  }
  const auto wanted = greenroom::hear(members_, told->from.name, told->view, now);
  update_awareness(); // Before the directory asks.
  execute(wanted);
}

/// Of two nodes with one name the one that came later has to go.
void node_process::hear_namesake(const member& other, const node_actor& from) {
  const bool is_this = other.incarnation == members_.self.incarnation
                       && other.address == members_.self.address;
  if (is_this)
    return; // It dialled itself, by another address.
  const auto why = "another node, at " + members_.self.address + ", has the name "
                   + members_.self.name.value;
  write(severity::error, "name_taken", why);
  if (other.incarnation > members_.self.incarnation)
    send(from, membership_refused{why});
  else
    tell(from); // It is the one to say so.
}

void node_process::take(const dial_done& answer) {
  if (answer.node) {
    unreachable_.erase(answer.address);
    tell(caf::actor_cast<node_actor>(answer.node));
  } else if (unreachable_.insert(answer.address).second) {
    write(severity::warning, "node_unreachable", answer.address + ", dialled again");
  }
}

void node_process::tell(const node_actor& to) {
  view_told told;
  told.protocol_min = cluster_protocol_version_min;
  told.protocol_max = cluster_protocol_version;
  told.from = members_.self;
  told.view = view_of(members_);
  send(to, view_frame{encode(told)}, caf::actor_cast<caf::strong_actor_ptr>(directory_));
}

void node_process::on_down(const caf::down_msg& down) {
  const auto gone = std::ranges::find_if(links_, [&](const auto& entry) {
    return entry.second.node.address() == down.source;
  });
  if (gone == links_.end())
    return;
  const auto name = gone->first;
  links_.erase(gone);
  write(severity::warning, "node_lost", name.value);
  execute(link_down(members_, name, steady_ms(clock())));
  adopt();
}

void node_process::on_tick() {
  const auto wanted = beat(members_, steady_ms(clock()));
  update_awareness(); // Before the directory asks.
  execute(wanted);
  // Twice for each heartbeat, so that silence is noticed soon after it is too long.
  delayed_send(this, std::chrono::milliseconds{members_.times.heartbeat_ms / 2}, tick{});
}

void node_process::execute(const membership_effects& wanted) {
  struct {
    node_process* self;
    void operator()(const dial& what) {
      self->dialer_->dial(what.address, node_actor{self});
    }
    void operator()(const gossip&) {
      for (const auto& [name, other] : self->links_)
        self->tell(other.node);
    }
    void operator()(const view_changed&) { self->adopt(); }
  } visitor{this};
  for (const auto& each : wanted)
    std::visit(visitor, each);
}

void node_process::adopt() {
  view_adopted news;
  news.view = view_of(members_);
  for (const auto& [name, other] : links_)
    news.directories.emplace(name, other.directory);
  news.spell = members_.unaware ? 0 : aware_->spell();
  send(directory_, std::move(news));
}

void node_process::update_awareness() {
  if (!members_.unaware)
    aware_->extend(members_.last_tick + members_.times.silence_ms_max);
  else if (!std::exchange(was_unaware_, true))
    aware_->lose();
  was_unaware_ = members_.unaware;
}

void node_process::write(severity level, std::string_view event,
                         std::string_view detail) const {
  journal_entry line;
  line.level = level;
  line.event = event;
  line.detail = detail;
  line.ts = world_.clock->now();
  world_.journal->write(line);
}

} // namespace greenroom
