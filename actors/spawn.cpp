#include "actors/spawn.hpp"

#include <utility>

#include "actors/directory_actor.hpp"
#include "actors/session_actor.hpp"

namespace greenroom {

directory_actor spawn_directory(caf::actor_system& system, ports world, room_limits each,
                                std::size_t room_count_max) {
  return system.spawn<directory_process>(world, each, room_count_max);
}

session_handle spawn_session(caf::actor_system& system, ports world,
                             directory_actor directory, join_request request,
                             std::shared_ptr<outbox_port> outbox, std::string origin) {
  auto seat = std::make_shared<taken_seat>();
  auto session = system.spawn<session_process>(world, std::move(directory),
                                               std::move(request), std::move(outbox),
                                               std::move(origin), seat);
  return {std::move(session), std::move(seat)};
}

} // namespace greenroom
