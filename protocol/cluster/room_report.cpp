#include "protocol/cluster/room_report.hpp"

#include <string_view>

namespace greenroom {

namespace {

using role = shared_room::role;
using stage = shared_room::bond::stage;

/// Lines of two columns, as `greenroom ctl` prints them.
class lines {
public:
  lines& add(std::string_view name, std::string_view value) {
    constexpr std::size_t column = 14;
    text_ += name;
    text_.append(name.size() < column ? column - name.size() : 1, ' ');
    text_ += value;
    text_ += '\n';
    return *this;
  }
  lines& add(std::string_view name, std::uint64_t value) {
    return add(name, std::to_string(value));
  }
  std::string take() { return std::move(text_); }

private:
  std::string text_;
};

std::string node_of(relay_number link, const link_names& names) {
  const auto name = names.find(link);
  return name == names.end() ? "another node" : "node " + name->second;
}

std::string whereabouts(const shared_room* shared, const seat& entry,
                        const link_names& names) {
  if (entry.suspended_until)
    return "lost its connection, may resume";
  if (!shared || shared->sessions.contains(entry.shown.who))
    return "here";
  const auto home = shared->homes.find(entry.shown.who);
  return home == shared->homes.end() ? "on a node that has not called yet"
                                     : "on " + node_of(home->second, names);
}

void add_seat(lines& out, const shared_room* shared, const seat& entry,
              const link_names& names) {
  out.add("  participant", entry.shown.who.to_string() + " \"" + entry.shown.display_name
                             + "\", " + whereabouts(shared, entry, names) + ", sent "
                             + std::to_string(entry.received));
}

void add_room(lines& out, const room_state& room, const shared_room* shared,
              const link_names& names) {
  out.add("participants", std::to_string(room.seats.size()) + " of "
                            + std::to_string(room.limits.capacity) + ", "
                            + std::to_string(room.suspended_count) + " suspended");
  for (const auto& entry : room.seats)
    add_seat(out, shared, entry, names);
  out.add("sequence", room.seq);
  out.add("log", std::to_string(room.log.size()) + " events, "
                   + std::to_string(room.log_bytes) + " bytes");
}

std::string_view name_of(stage at) {
  switch (at) {
    case stage::none: return "not asked";
    case stage::asked: return "asked";
    case stage::noted: return "waits for all nodes";
    case stage::attached: return "attached";
  }
  return "";
}

void add_links(lines& out, const shared_room& shared, const link_names& names) {
  for (const auto& [number, ledger] : shared.links)
    out.add("link", node_of(number, names) + ": " + std::to_string(ledger.said_count)
                      + " words said, of which "
                      + std::to_string(ledger.unacknowledged.size()) + " of "
                      + std::to_string(ledger.unacknowledged_bytes)
                      + " bytes are not acknowledged");
  out.add("waiting joins", shared.held.size());
}

void add_relay(lines& out, const shared_room& shared) {
  const auto& relay = shared.relay;
  out.add("bound to", shared.owner.name.value + " ("
                        + std::string{name_of(shared.owner.at)}
                        + (shared.owner.is_confirmed ? ", confirmed)" : ")"));
  out.add("seats here", relay.seats.size());
  for (const auto& [who, entry] : relay.seats)
    add_seat(out, &shared, entry, {});
  out.add("roster", relay.roster.size());
  out.add("sequence", relay.seq);
  out.add("heard", relay.heard);
  out.add("kept", std::to_string(relay.kept.size()) + " commands");
}

std::string_view name_of(role is) {
  switch (is) {
    case role::waiting: return "owner, as soon as all nodes have followed";
    case role::owner: return "owner";
    case role::relay: return "relay";
  }
  return "";
}

} // namespace

std::string report(const room_state& room) {
  lines out;
  out.add("room", room.id.value).add("role", "owner");
  add_room(out, room, nullptr, {});
  return out.take();
}

std::string report(const shared_room& shared, const link_names& names) {
  lines out;
  out.add("room", shared.relay.id.value).add("role", name_of(shared.is));
  out.add("owner", shared.known.owner.value);
  out.add("nodes agree", shared.known.is_settled ? "yes" : "no");
  if (shared.is == role::owner) {
    out.add("epoch", shared.room.epoch);
    add_room(out, shared.room, &shared, names);
    add_links(out, shared, names);
  } else {
    out.add("epoch", shared.relay.epoch);
    add_relay(out, shared);
  }
  if (!shared.departing.empty())
    out.add("moving", std::to_string(shared.departing.size()) + " copies to "
                        + shared.departing.front().to.value);
  return out.take();
}

} // namespace greenroom
