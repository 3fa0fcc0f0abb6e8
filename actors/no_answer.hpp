#pragma once

#include <caf/delegated.hpp>
#include <caf/result.hpp>

namespace greenroom {

/// What handlers of the most frequent messages return. CAF answers each message, if
/// only in thought: it puts an answer together before it sees that nobody waits for one.
/// So whoever asks for one by `request` gets none.
inline caf::result<void> no_answer() {
  return caf::delegated<void>{};
}

} // namespace greenroom
