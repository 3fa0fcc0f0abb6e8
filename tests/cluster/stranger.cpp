// A program that speaks as a node of the cluster would, in protocols of another time.
//
//   cluster_stranger join NAME PORT    goes to the node at PORT of this machine
//   cluster_stranger await NAME PORT   is found at PORT, and refuses who comes
//
// Says on standard output what it hears, and ends when it is refused.
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/spawn_cluster.hpp"
#include "protocol/cluster/link.hpp"

using namespace greenroom;

namespace {

constexpr std::uint32_t other_protocol = 99;

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

class stranger : public node_actor::base {
public:
  stranger(caf::actor_config& config, std::string name, bool refuses, node_actor other)
    : node_actor::base(config),
      name_(std::move(name)),
      refuses_(refuses),
      other_(std::move(other)) {}

protected:
  node_actor::behavior_type make_behavior() override {
    if (other_)
      send(other_, view_frame{words()}, caf::strong_actor_ptr{});
    return {
      [this](const view_frame& frame, const caf::strong_actor_ptr&) {
        const auto told = decode_view(frame.bytes);
        say("heard " + (told ? told->from.name.value : "noise"));
        if (refuses_)
          send(caf::actor_cast<node_actor>(current_sender()),
               membership_refused{"we speak protocol 99"});
      },
      [this](const membership_refused& answer) {
        say("refused " + answer.why);
        quit();
      },
      [](const dial_done&) {},
      [](const drain_node&) { return false; },
      [](const request_drain&) { return std::string{}; },
      [](const tick&) {},
    };
  }

private:
  /// What follows the part that all protocols share means nothing to us.
  std::string words() const {
    view_told told;
    told.protocol_min = told.protocol_max = other_protocol;
    told.from = {{name_}, "127.0.0.1:1", ~std::uint64_t{}, 0, node_status::up};
    told.company = 1;
    return encode(told) + "in other words";
  }

  std::string name_;
  bool refuses_;
  node_actor other_;
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 4)
    return 2;
  const bool joins = argv[1] == std::string_view{"join"};
  const auto port = static_cast<std::uint16_t>(std::stoul(argv[3]));
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  add_cluster_messages(config);
  caf::actor_system system{config};
  node_actor other;
  if (joins) {
    const auto found = system.middleman().remote_actor("127.0.0.1", port);
    if (!found) {
      say("broken off");
      return 1;
    }
    other = caf::actor_cast<node_actor>(*found);
  }
  const auto own = system.spawn<stranger>(argv[2], !joins, other);
  if (!joins && system.middleman().publish(own, port, "127.0.0.1"))
    say("awaits");
  system.await_all_actors_done();
}
