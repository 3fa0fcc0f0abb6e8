// The actors of a cluster, and what they say to each other between nodes. What
// crosses is bytes that protocol/cluster encodes; its page says what they mean.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>

#include <caf/actor_clock.hpp>
#include <caf/meta/type_name.hpp>

#include "actors/interfaces.hpp"
#include "protocol/cluster/membership.hpp"
#include "protocol/cluster/shared_room.hpp"

namespace greenroom {

// -- between nodes -------------------------------------------------------------

/// One `link_message`, from room to room.
struct link_frame {
  std::string bytes;
};
/// The same, to whatever stands for the room on another node.
struct route_link {
  std::string room;
  std::string bytes;
};
/// All rooms of a node have followed the view of this fingerprint.
struct view_followed {
  std::string node;
  std::uint64_t view = 0;
};
/// One `view_told`.
struct view_frame {
  std::string bytes;
};
/// Let that node drain, and stop. Answered by why it cannot; empty: it does.
struct request_drain {
  std::string node;
};
/// This node cannot be a member, and must not serve rooms of its own.
struct membership_refused {
  std::string why;
};

template <class I>
typename I::result_type inspect(I& f, link_frame& x) {
  return f(caf::meta::type_name("link_frame"), x.bytes);
}
template <class I>
typename I::result_type inspect(I& f, route_link& x) {
  return f(caf::meta::type_name("route_link"), x.room, x.bytes);
}
template <class I>
typename I::result_type inspect(I& f, view_followed& x) {
  return f(caf::meta::type_name("view_followed"), x.node, x.view);
}
template <class I>
typename I::result_type inspect(I& f, view_frame& x) {
  return f(caf::meta::type_name("view_frame"), x.bytes);
}
template <class I>
typename I::result_type inspect(I& f, request_drain& x) {
  return f(caf::meta::type_name("request_drain"), x.node);
}
template <class I>
typename I::result_type inspect(I& f, membership_refused& x) {
  return f(caf::meta::type_name("membership_refused"), x.why);
}

// -- within a node -------------------------------------------------------------

/// Directory to room: who owns it by this view.
struct ownership_changed {
  ownership known;
  std::uint64_t view = 0;
  std::uint64_t spell = 0; ///< Of awareness, see `awareness_lease`.
};
/// Room to directory: has followed the view.
struct room_followed {
  room_id room;
  std::uint64_t view = 0;
};
/// Room to directory: pass this on to that node's directory, in my name.
struct pass_on {
  node_name to;
  room_id room;
  std::string bytes;
};
/// Directory to room: that node is not linked; nothing was sent.
struct not_passed_on {
  std::string bytes;
};
/// Node to directory: what the cluster looks like now.
struct view_adopted {
  cluster_view view;
  std::map<node_name, caf::strong_actor_ptr> directories; ///< Of linked nodes.
  std::uint64_t spell = 0; ///< Of awareness, see `awareness_lease`.
};
/// An address was dialled.
struct dial_done {
  std::string address;
  caf::strong_actor_ptr node; ///< Null: it could not be reached.
  std::string why = {};       ///< What was in the way then, for people.
};
/// Give up all rooms, as this node is going to stop. Is there another node to take them?
struct drain_node {};

// -- the actors ----------------------------------------------------------------

/// A room that several nodes share, on one of them.
using shared_room_actor
  = room_actor::extend<caf::reacts_to<link_frame>, caf::reacts_to<ownership_changed>,
                       caf::reacts_to<not_passed_on>>;

/// A directory that knows which node owns a room.
using shared_directory_actor
  = directory_actor::extend<caf::reacts_to<view_adopted>, caf::reacts_to<route_link>,
                            caf::reacts_to<pass_on>, caf::reacts_to<view_followed>,
                            caf::reacts_to<room_followed, shared_room_actor>>;

/// Speaks for its node in the cluster.
using node_actor = caf::typed_actor<
  // Another node's view, and its directory.
  caf::reacts_to<view_frame, caf::strong_actor_ptr>, caf::reacts_to<membership_refused>,
  caf::reacts_to<dial_done>, caf::replies_to<drain_node>::with<bool>,
  caf::replies_to<request_drain>::with<std::string>, caf::reacts_to<tick>>;

/// Until when this node knows how the others stand. Rooms ask before they admit
/// anybody, as the node may have been stopped and not know it yet.
class awareness_lease {
public:
  /// Begins a new spell each time that the node finds itself unaware, so that nobody
  /// decides by a view that is older than the last such time.
  void lose() {
    until_.store(0);
    spell_.fetch_add(1);
  }
  void extend(instant until) { until_.store(until, std::memory_order_relaxed); }
  std::uint64_t spell() const { return spell_.load(std::memory_order_relaxed); }
  /// @param spell The one in which the view was adopted by which somebody decides.
  bool holds(std::uint64_t spell, instant now) const {
    return spell == spell_.load(std::memory_order_relaxed)
           && now < until_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<instant> until_ = 0;
  std::atomic<std::uint64_t> spell_ = 1;
};
using awareness = std::shared_ptr<awareness_lease>;

/// Reaches other nodes. Production dials, the simulator has its own links.
class dialer_port {
public:
  virtual ~dialer_port() = default;
  /// Tells `asker` of the outcome by `dial_done`; never blocks.
  virtual void dial(const std::string& address, const node_actor& asker) = 0;
  /// The cluster will not have this node.
  virtual void refused(const std::string& why) = 0;
  /// The operator wants this node to drain, and to stop.
  virtual void drain_requested() = 0;
};

} // namespace greenroom

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::ownership_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::room_followed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::pass_on)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::not_passed_on)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::view_adopted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::dial_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greenroom::drain_node)
