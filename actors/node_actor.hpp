#pragma once

#include <map>
#include <string>

#include <caf/typed_event_based_actor.hpp>

#include "actors/cluster_interfaces.hpp"
#include "actors/ports.hpp"
#include "protocol/cluster/repeated_lines.hpp"

namespace greenroom {

struct node_settings {
  node_name name;
  std::string address; ///< "host:port" at which other nodes reach this one.
  std::vector<std::string> seeds;
  cluster_times times;
};

struct view_told;

/// The membership value, and the links that it speaks over.
class node_process : public node_actor::base {
public:
  node_process(caf::actor_config& config, ports world, dialer_port* dialer,
               shared_directory_actor directory, awareness aware, node_settings setup);

  const char* name() const override { return "greenroom.node"; }

protected:
  node_actor::behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct link {
    node_actor node;
    caf::strong_actor_ptr directory;
  };

  void hear(const view_frame& frame, const caf::strong_actor_ptr& directory);
  /// @returns Why who tells this cannot be in one cluster with this node; empty if it
  ///          can.
  std::string objection_to(const view_told& told) const;
  void part_from(const view_told& told, const node_actor& from, const std::string& why);
  void take(const dial_done& answer);
  caf::result<std::string> pass_on(const request_drain& wanted);
  void tell(const node_actor& to);
  void on_down(const caf::down_msg& down);
  void on_tick();
  void execute(const membership_effects& wanted);
  void adopt();
  void update_awareness();
  void write(severity level, std::string_view event, std::string_view detail) const;

  ports world_;
  std::uint64_t secret_;
  dialer_port* dialer_;
  shared_directory_actor directory_;
  awareness aware_;
  membership members_;
  std::map<std::string, std::string> unreachable_; ///< Why, as the log knows it.
  repeated_lines lines_;
  bool was_unaware_ = false; ///< When the lease was last looked after.
  std::map<node_name, link> links_;
};

} // namespace greenroom
