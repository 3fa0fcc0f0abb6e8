// Signs resume tokens with a secret that lies in a file.
#pragma once

#include <string>
#include <string_view>

#include "actors/ports.hpp"

namespace greenroom::net {

class hmac_signer final : public signer_port {
public:
  /// Takes the secret from a file, which it creates with 32 random bytes if
  /// there is none. All nodes of a cluster share one.
  /// @throws std::runtime_error with a sentence for the operator when the file
  ///         is empty, open to other users, or cannot be read or made.
  static hmac_signer from_file(const std::string& path);

  explicit hmac_signer(std::string secret);

  signature sign(std::string_view bytes) const override;

private:
  std::string secret_;
};

} // namespace greenroom::net
