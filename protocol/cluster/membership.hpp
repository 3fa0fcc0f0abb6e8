// Who belongs to the cluster, as one node sees it: views that merge, silence that
// is noticed, addresses that are dialled again without end.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "protocol/cluster/member.hpp"
#include "protocol/vocabulary/limits.hpp"

namespace greenroom {

struct cluster_times {
  std::int64_t heartbeat_ms = limits::heartbeat_ms;
  /// Silence after which a node is gone. Also how far apart a node's own ticks
  /// may be before it must have been stopped.
  std::int64_t silence_ms_max = limits::silence_ms_max;
  std::int64_t redial_ms_min = limits::redial_ms_min;
  std::int64_t redial_ms_max = limits::redial_ms_max;
};

/// One other node.
struct peer {
  member known;          ///< As it says itself, perhaps through others.
  bool linked = false;   ///< We can send to it.
  bool has_left = false; ///< It said so itself, and is not missed.
  bool is_silent = true; ///< Not heard yet, or for too long.
  instant linked_at = 0;
  instant heard_at = 0;         ///< Its last word, or when the link came up.
  std::set<node_name> hears;    ///< Whom it hears, as it says.
  std::set<node_name> proposal; ///< Whom it would share rooms with, see circle.hpp.
};

/// An address that somebody named and that we try to reach.
struct dialled {
  instant next_at = 0;
  std::int64_t wait_ms = 0; ///< Before the next try; doubles.
};

struct membership {
  member self;
  cluster_times times;
  std::map<node_name, peer> peers;
  std::map<std::string, dialled> addresses; ///< Not linked yet, or not any more.
  std::vector<std::string> seeds;           ///< Of the command line; never forgotten.
  /// Those whom this node shares rooms with, itself included, by name.
  std::vector<node_name> circle;
  instant last_tick = 0;
  instant next_heartbeat = 0;
  /// Decides nothing until it has heard how the others stand: it has just started,
  /// or was stopped for a while.
  bool unaware = false;
  instant unaware_until = 0; ///< When nobody seems to be there who could tell.
  /// Who tells it must have heard of it since: it knows this version of it.
  std::uint32_t unaware_version = 0;
};

// -- what a node is to do ------------------------------------------------------

struct dial {
  std::string address;
};
/// Send the view to all linked peers.
struct gossip {};
/// The view means something new for rooms; see `fingerprint`.
struct view_changed {};
using membership_effect = std::variant<dial, gossip, view_changed>;
using membership_effects = std::vector<membership_effect>;

/// @param now         By a clock that nobody sets, as in all that follows.
/// @param incarnation Greater than that of any earlier life of this node.
membership make_membership(node_name name, std::string address,
                           std::vector<std::string> seeds, const cluster_times& times,
                           instant now, std::uint64_t incarnation);

/// @returns All nodes as rooms have to see them: who is not in the circle is gone.
cluster_view view_of(const membership& node);

/// @returns What this node tells others: whom it does not hear is gone.
cluster_view heard_view_of(const membership& node);

/// @returns Whether the words of that node count.
bool is_heard(const peer& other);

/// @returns How many nodes share rooms with this one, itself included.
std::uint32_t company_of(const membership& node);

/// Two nodes cannot be in one cluster: they share their name, or no protocol, or not
/// the secret. The newcomer has to go: who has less company, or else started later.
/// @param company That of the other.
/// @returns Whether it is this node.
bool must_yield(const membership& node, const member& other, std::uint32_t company);

/// @returns Whether the named node said that it leaves.
bool has_left(const membership& node, const node_name& other);

/// @returns Whether somebody should answer at `address`: no node that has left.
bool is_missed(const membership& node, const std::string& address);

/// @returns Whether `other` takes a name that a living node at another address has, to
///          which we are linked.
bool takes_name(const membership& node, const member& other);

/// @returns Whether this node may decide anything: it has heard of the others since
///          it started, and since it was last stopped.
bool is_fresh(const membership& node, instant now);

/// A link to the named node is there; from now on its silence counts.
/// @param via The address that was dialled, if it was we who did.
membership_effects link_up(membership& node, const member& other, const std::string& via,
                           instant now);

/// The link to a node broke. It stays a member until it was silent for too long,
/// as it may only have been the link.
membership_effects link_down(membership& node, const node_name& other, instant now);

/// Another node told what it hears, and whom it would share rooms with.
membership_effects hear(membership& node, const node_name& from, const cluster_view& told,
                        const std::vector<node_name>& proposal, instant now);

/// Time has passed; to be called about every heartbeat.
membership_effects beat(membership& node, instant now);

/// This node gives up owning rooms, and is going to leave.
membership_effects start_draining(membership& node);

/// @returns Whether another node shares rooms with this one and may own them.
bool has_heir(const membership& node);

/// This node leaves in an orderly way: nobody need wait for its silence.
membership_effects depart(membership& node);

} // namespace greenroom
