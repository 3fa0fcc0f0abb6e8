// Which nodes share rooms while not every node hears every other. All members of a
// circle hear each other: one of two that do not is left out, so that whoever is in
// can reach whoever owns a room.
#pragma once

#include <vector>

#include "protocol/cluster/membership.hpp"

namespace greenroom {

/// @returns Whom this node would share rooms with by what it has heard, itself included,
///          by name. Those who share rooms already come first, then who started first:
///          a newcomer that some cannot hear yet must not split the others. Nor must
///          one that goes, which some hear no more: it comes last.
std::vector<node_name> proposal_of(const membership& node);

/// @returns Those of them who propose this node, too, and itself.
std::vector<node_name> agreed_circle(const membership& node);

} // namespace greenroom
