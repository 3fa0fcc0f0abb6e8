#include "actors/node_actor.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "protocol/cluster/circle.hpp"
#include "protocol/cluster/link.hpp"

namespace greenroom {

namespace {

/// No token says this, so it gives no signature away that somebody could use.
std::uint64_t mark_of(const signer_port& signer) {
  const auto signature = signer.sign("greenroom: which secret is it?");
  std::uint64_t mark = 0;
  for (std::size_t at = 0; at < sizeof(mark); ++at)
    mark = mark << 8 | signature[at];
  return mark;
}

std::string to_text(std::uint32_t version_min, std::uint32_t version_max) {
  const auto most = std::to_string(version_max);
  return version_min == version_max ? most : std::to_string(version_min) + " to " + most;
}

} // namespace

node_process::node_process(caf::actor_config& config, ports world, dialer_port* dialer,
                           shared_directory_actor directory, awareness aware,
                           node_settings setup)
  : node_actor::base(config),
    world_(world),
    secret_(mark_of(*world_.signer)),
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
    [this](const membership_refused& answer) {
      write(severity::error, "membership_refused", answer.why);
      dialer_->refused(answer.why);
    },
    [this](const dial_done& answer) { take(answer); },
    [this](const drain_node&) {
      execute(start_draining(members_));
      return has_heir(members_);
    },
    [this](const request_drain& wanted) { return pass_on(wanted); },
    [this](const tick&) { on_tick(); },
  };
}

void node_process::on_exit() {
  depart(members_);
  for (const auto& [name, other] : links_)
    tell(other.node);
  links_.clear();
  directory_ = nullptr;
}

std::string node_process::objection_to(const view_told& told) const {
  const auto taken = [&](const std::string& address) {
    return "another node, at " + address + ", has the name " + told.from.name.value;
  };
  if (told.from.name == members_.self.name)
    return taken(members_.self.address);
  if (takes_name(members_, told.from))
    return taken(members_.peers.at(told.from.name).known.address);
  const auto both = "node " + members_.self.name.value + " at " + members_.self.address
                    + " and node " + told.from.name.value + " at " + told.from.address;
  if (!speaks_our_protocol(told))
    return both + " do not understand each other: they speak cluster protocol "
           + to_text(cluster_protocol_version_min, cluster_protocol_version) + " and "
           + to_text(told.protocol_min, told.protocol_max);
  if (told.secret != secret_)
    return both + " have different secrets; give all nodes one --secret-file";
  return {};
}

/// One of the two has to go, and hears it from the other.
void node_process::part_from(const view_told& told, const node_actor& from,
                             const std::string& why) {
  if (!takes_name(members_, told.from) && must_yield(members_, told.from, told.company)) {
    tell(from); // It is the one to say so.
    return;
  }
  if (lines_.admit(why, steady_ms(clock())))
    write(severity::error, "node_refused",
          why + "; the one at " + told.from.address + " has to go");
  send(from, membership_refused{why});
}

void node_process::hear(const view_frame& frame, const caf::strong_actor_ptr& directory) {
  const auto told = decode_view(frame.bytes);
  const auto from = caf::actor_cast<node_actor>(current_sender());
  if (!told || !from || !is_valid_node_name(told->from.name.value)) {
    write(severity::error, "view_garbled", "");
    return;
  }
  if (from == this)
    return; // It dialled itself, by another address.
  if (const auto why = objection_to(*told); !why.empty()) {
    part_from(*told, from, why);
    return;
  }
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
  const auto wanted = greenroom::hear(members_, told->from.name, told->view,
                                      told->proposal, now);
  update_awareness(); // Before the directory asks.
  execute(wanted);
}

void node_process::take(const dial_done& answer) {
  if (answer.node) {
    unreachable_.erase(answer.address);
    tell(caf::actor_cast<node_actor>(answer.node));
    return;
  }
  const auto [known, is_first] = unreachable_.try_emplace(answer.address, answer.why);
  const bool is_news = is_first || std::exchange(known->second, answer.why) != answer.why;
  if (is_news && is_missed(members_, answer.address))
    write(severity::warning, "node_unreachable",
          answer.address + ", dialled again: " + answer.why);
}

caf::result<std::string> node_process::pass_on(const request_drain& wanted) {
  if (wanted.node == members_.self.name.value) {
    dialer_->drain_requested();
    return std::string{};
  }
  if (const auto other = links_.find({wanted.node}); other != links_.end())
    return delegate(other->second.node, wanted);
  const bool is_known = members_.peers.contains({wanted.node});
  return "node '" + wanted.node
         + (is_known ? "' cannot be reached" : "' is not in this cluster");
}

void node_process::tell(const node_actor& to) {
  view_told told;
  told.protocol_min = cluster_protocol_version_min;
  told.protocol_max = cluster_protocol_version;
  told.from = members_.self;
  told.company = company_of(members_);
  told.secret = secret_;
  told.view = heard_view_of(members_);
  told.proposal = proposal_of(members_);
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
  if (has_left(members_, name))
    write(severity::info, "node_left", name.value);
  else
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
