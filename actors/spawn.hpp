// The doors into actors/: what other folders may start. Everything behind them
// is reached through `interfaces.hpp`.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "actors/interfaces.hpp"
#include "actors/ports.hpp"
#include "actors/session_handle.hpp"
#include "protocol/room/room.hpp"

namespace greenroom {

/// Starts the node's directory, through which all rooms are found.
/// @param each           Applies to every room that this node creates.
/// @param room_count_max Rooms at a time.
directory_actor spawn_directory(caf::actor_system& system, ports world, room_limits each,
                                std::size_t room_count_max = limits::room_count_max);

/// Starts the session of one join and sends it on its way.
/// @param outbox Hears every answer and event; released when the session ends.
/// @param origin The client's address.
session_handle spawn_session(caf::actor_system& system, ports world,
                             directory_actor directory, join_request request,
                             std::shared_ptr<outbox_port> outbox, std::string origin);

} // namespace greenroom
