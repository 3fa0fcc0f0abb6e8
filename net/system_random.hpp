// Random numbers that nobody can foresee: ids are also secrets among strangers.
#pragma once

#include "actors/ports.hpp"

namespace greenroom::net {

class system_random final : public random_port {
public:
  std::uint64_t next() override;
};

} // namespace greenroom::net
