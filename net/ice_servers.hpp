// The STUN and TURN servers that participants may use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/ports.hpp"

namespace greenroom::net {

struct ice_options {
  std::vector<std::string> stun_urls{"stun:stun.l.google.com:19302"};
  std::vector<std::string> turn_urls;
  /// Shared with the TURN server (coturn's `static-auth-secret`). Without it no
  /// TURN server is handed out: browsers reject one without credentials.
  std::string turn_secret;
  /// How long credentials last. A call that outlives them goes on; only a new
  /// allocation is refused.
  std::int64_t turn_credential_ms = 12 * 60 * 60'000;
};

class ice_servers final : public ice_port {
public:
  explicit ice_servers(ice_options options);

  std::vector<ice_server> servers_for(const participant_id& who,
                                      instant now) const override;

private:
  ice_options options_;
};

} // namespace greenroom::net
