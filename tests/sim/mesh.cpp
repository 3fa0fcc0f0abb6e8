#include "tests/sim/mesh.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor.hpp>
#include <caf/send.hpp>

#include "tests/sim/node_core.hpp"

// CAF's brokers hold on to each other when their system goes, which is of no
// account in a node that serves until its process ends.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libcaf_io\n";
}
extern "C" const char* __lsan_default_options() {
  return "print_suppressions=0";
}

namespace greenroom::sim {

namespace {

using caf::io::accept_handle;
using caf::io::connection_handle;
using caf::io::network::test_multiplexer;

using dial_atom = caf::atom_constant<caf::atom("dial")>;
using hello_atom = caf::atom_constant<caf::atom("hello")>;
using meet_atom = caf::atom_constant<caf::atom("meet")>;
using beat_atom = caf::atom_constant<caf::atom("beat")>;
using count_atom = caf::atom_constant<caf::atom("count")>;

/// Long enough for both ends of a link to notice that it is gone.
constexpr std::int64_t redial_ms = 6'000;
constexpr std::uint16_t first_port = 4'000;

std::string host_of(std::size_t index) {
  return "node-" + std::to_string(index);
}

} // namespace

/// Dials and is dialled, as nothing that blocks could be simulated; counts.
class mesh::neighbour : public caf::event_based_actor {
public:
  neighbour(caf::actor_config& config, mesh* owner, std::size_t index, node_actor voice)
    : caf::event_based_actor(config),
      owner_(owner),
      index_(index),
      voice_(std::move(voice)) {
    set_down_handler([this](const caf::down_msg& down) { lose(down); });
  }

protected:
  caf::behavior make_behavior() override {
    publish();
    return {
      [this](dial_atom, std::uint64_t to) { dial(to); },
      [this](hello_atom, std::uint64_t from, const caf::strong_actor_ptr& voice) {
        gain(from, caf::actor_cast<caf::actor>(current_sender()));
        send(peers_[from].who, meet_atom::value, own_voice());
        introduce(voice);
      },
      [this](meet_atom, const caf::strong_actor_ptr& voice) { introduce(voice); },
      [this](beat_atom) { beat(); },
      [this](count_atom, talk_number in, std::uint64_t number) {
        owner_->hear(in, number);
      },
    };
  }

  void on_exit() override {
    peers_.clear();
    voice_ = nullptr;
  }

private:
  struct peer {
    caf::actor who;
    talk_number in = 0;
  };

  void publish() {
    const auto port = static_cast<std::uint16_t>(first_port + index_);
    request(system().middleman().actor_handle(), caf::infinite, caf::publish_atom::value,
            port, caf::actor_cast<caf::strong_actor_ptr>(this), std::set<std::string>{},
            std::string{}, false)
      .then([](std::uint16_t) {});
  }

  void dial(std::uint64_t to) {
    const auto port = static_cast<std::uint16_t>(first_port + to);
    request(system().middleman().actor_handle(), caf::infinite, caf::connect_atom::value,
            host_of(to), port)
      .then(
        [this, to](const caf::node_id&, const caf::strong_actor_ptr& found,
                   const std::set<std::string>&) {
          if (!found)
            return owner_->fail(index_, to);
          gain(to, caf::actor_cast<caf::actor>(found));
          send(peers_[to].who, hello_atom::value, std::uint64_t{index_}, own_voice());
        },
        [this, to](const caf::error&) { owner_->fail(index_, to); });
  }

  caf::strong_actor_ptr own_voice() const {
    return caf::actor_cast<caf::strong_actor_ptr>(voice_);
  }

  /// As if the node had dialled the other one itself.
  void introduce(const caf::strong_actor_ptr& other) {
    if (voice_ && other)
      send(voice_, dial_done{{}, other});
  }

  void gain(std::uint64_t other, caf::actor who) {
    monitor(who);
    peers_[other] = {std::move(who), owner_->open(index_, other)};
  }

  void beat() {
    for (const auto& [other, one] : peers_)
      if (one.in != 0)
        send(one.who, count_atom::value, one.in, ++owner_->talks_[one.in - 1].said_count);
  }

  void lose(const caf::down_msg& down) {
    const auto gone = std::ranges::find_if(peers_, [&](const auto& entry) {
      return entry.second.who.address() == down.source;
    });
    if (gone == peers_.end())
      return;
    const auto other = gone->first;
    peers_.erase(gone);
    owner_->close(index_, other);
  }

  mesh* owner_;
  std::size_t index_;
  node_actor voice_; ///< Null unless rooms are shared.
  std::map<std::uint64_t, peer> peers_;
};

struct mesh::place {
  node* process = nullptr; ///< Null while down.
  test_multiplexer* multiplexer = nullptr;
  accept_handle door;
  caf::actor speaker;
};

/// Between two nodes; the one of the higher index dials.
struct mesh::link {
  std::size_t low = 0, high = 0;
  bool is_cut = false;
  std::optional<connection_handle> low_end, high_end;
  bool is_open_low = false, is_open_high = false; ///< As its neighbour knows.
  std::uint64_t attempt = 0; ///< Outdates what was planned for an earlier one.
};

mesh::mesh(std::size_t node_count, choices& random, surroundings around)
  : random_(random), around_(std::move(around)) {
  for (std::size_t index = 0; index < node_count; ++index)
    places_.push_back(std::make_unique<place>());
  for (std::size_t high = 1; high < node_count; ++high)
    for (std::size_t low = 0; low < high; ++low) {
      links_.push_back(std::make_unique<link>());
      links_.back()->low = low;
      links_.back()->high = high;
    }
}

mesh::~mesh() = default;

// -- nodes --------------------------------------------------------------------

void mesh::add(node& started) {
  const auto index = started.index();
  auto& here = *places_[index];
  auto& inside = started.inside();
  here.process = &started;
  here.multiplexer = inside.multiplexer;
  here.door = accept_handle::from_int(++handle_count_);
  here.multiplexer->provide_acceptor(static_cast<std::uint16_t>(first_port + index),
                                     here.door);
  here.speaker = inside.system.spawn<neighbour>(this, index, inside.voice);
  inside.others.push_back(caf::actor_cast<caf::weak_actor_ptr>(here.speaker));
  inside.exhaust(); // The door must be there before anybody knocks.
  started.adopt_actors();
  for (const auto& each : links_)
    if (each->low == index || each->high == index)
      dial(*each);
  wake();
}

void mesh::remove(std::size_t index) {
  for (const auto& each : links_)
    if (each->low == index || each->high == index) {
      reset(*each, each->low == index ? each->high : each->low);
      ++each->attempt;
      each->is_open_low = each->is_open_high = false;
      each->low_end.reset();
      each->high_end.reset();
    }
  for (auto& each : talks_)
    if (each.from == index || each.to == index)
      each.is_open = false;
  // Whoever knocks now would be let in while the broker goes.
  places_[index]->multiplexer->pending_connects().clear();
  *places_[index] = place{};
  wake();
}

// -- links --------------------------------------------------------------------

mesh::link& mesh::link_of(std::size_t one, std::size_t other) const {
  return **std::ranges::find_if(links_, [&](const auto& each) {
    return each->low == std::min(one, other) && each->high == std::max(one, other);
  });
}

void mesh::dial(link& between) {
  auto& low = *places_[between.low];
  auto& high = *places_[between.high];
  if (!low.process || !high.process)
    return;
  ++between.attempt;
  reset(between, between.low); // Either may believe in the former one still.
  reset(between, between.high);
  between.low_end = connection_handle::from_int(++handle_count_);
  between.high_end = connection_handle::from_int(++handle_count_);
  low.multiplexer->prepare_connection(
    low.door, *between.low_end, *high.multiplexer, host_of(between.low),
    static_cast<std::uint16_t>(first_port + between.low), *between.high_end);
  caf::anon_send(high.speaker, dial_atom::value, std::uint64_t{between.low});
}

void mesh::dial_later(link& between) {
  around_.after(redial_ms, [this, &between, attempt = between.attempt] {
    if (attempt == between.attempt && !(between.is_open_low && between.is_open_high))
      dial(between);
  });
}

/// One end sees the connection break.
void mesh::reset(link& between, std::size_t seen_by) {
  auto& end = seen_by == between.low ? between.low_end : between.high_end;
  auto* multiplexer = places_[seen_by]->multiplexer;
  if (!end || !multiplexer)
    return;
  if (const auto scribe = multiplexer->impl_ptr(*end))
    scribe->io_failure(multiplexer, caf::io::network::operation::read);
}

void mesh::cut(std::size_t one, std::size_t other) {
  link_of(one, other).is_cut = true;
}

void mesh::heal(std::size_t one, std::size_t other) {
  link_of(one, other).is_cut = false;
  wake();
}

void mesh::heal_all() {
  for (const auto& each : links_)
    each->is_cut = false;
  wake();
}

bool mesh::is_cut(std::size_t one, std::size_t other) const {
  return link_of(one, other).is_cut;
}

bool mesh::is_connected(std::size_t one, std::size_t other) const {
  const auto& between = link_of(one, other);
  return !between.is_cut && between.is_open_low && between.is_open_high;
}

bool mesh::is_whole() const {
  return std::ranges::all_of(links_, [&](const auto& each) {
    return !places_[each->low]->process || !places_[each->high]->process
           || (each->is_open_low && each->is_open_high && !each->is_cut);
  });
}

void mesh::beat() {
  for (const auto& each : places_)
    if (each->process)
      caf::anon_send(each->speaker, beat_atom::value);
}

// -- running ------------------------------------------------------------------

std::size_t mesh::choice_count() const {
  return is_idle_ ? 0 : 2 * (links_.size() + places_.size());
}

/// Nobody says beforehand what is ready, so all is tried, from a random one on.
bool mesh::step() {
  const auto count = choice_count();
  for (std::size_t tried = 0, at = random_.below(count); tried < count; ++tried, ++at) {
    const auto choice = at % count;
    bool has_happened = false;
    if (choice < 2 * links_.size()) {
      const auto& between = *links_[choice / 2];
      const auto& end = choice % 2 == 0 ? between.low_end : between.high_end;
      const auto& reader = *places_[choice % 2 == 0 ? between.low : between.high];
      has_happened = end && reader.process && !reader.process->is_stalled
                     && !between.is_cut && reader.multiplexer->try_read_data(*end);
    } else {
      const auto rest = choice - 2 * links_.size();
      const auto& here = *places_[rest / 2];
      if (here.process && !here.process->is_stalled)
        has_happened = rest % 2 == 0 ? here.multiplexer->try_exec_runnable()
                                     : here.multiplexer->try_accept_connection();
    }
    if (has_happened)
      return true;
  }
  is_idle_ = true;
  return false;
}

// -- what neighbours report ---------------------------------------------------

talk_number mesh::open(std::size_t from, std::size_t to) {
  if (!places_[from]->process)
    return 0; // It is being killed.
  auto& between = link_of(from, to);
  (from == between.low ? between.is_open_low : between.is_open_high) = true;
  for (auto& each : talks_)
    if (each.from == from && each.to == to)
      each.is_open = false;
  talks_.push_back({talks_.size() + 1, from, to, 0, 0, true});
  around_.say([&] { return host_of(from) + " can speak to " + host_of(to); });
  return talks_.size();
}

void mesh::close(std::size_t from, std::size_t to) {
  if (!places_[from]->process)
    return;
  around_.say([&] { return host_of(from) + " has lost " + host_of(to); });
  for (auto& each : talks_)
    if ((each.from == from && each.to == to) || (each.from == to && each.to == from))
      each.is_open = false;
  auto& between = link_of(from, to);
  (from == between.low ? between.is_open_low : between.is_open_high) = false;
  dial_later(between);
}

void mesh::fail(std::size_t from, std::size_t to) {
  if (!places_[from]->process)
    return;
  around_.say([&] { return host_of(from) + " cannot reach " + host_of(to); });
  dial_later(link_of(from, to));
}

void mesh::hear(talk_number in, std::uint64_t number) {
  auto& heard_in = talks_[in - 1];
  // What was on its way when a link broke may come over the next one, with a gap; nodes
  // do not listen to it, either.
  if (!places_[heard_in.to]->process || !heard_in.is_open)
    return;
  ++heard_in.heard_count;
  around_.heard(heard_in, number);
}

} // namespace greenroom::sim
