#pragma once

namespace greenroom {

/// Has the heap lie in pages of 2 MiB, as far as the system has them to give: what belongs
/// to ten thousand connections is far more than the addresses that a core remembers of
/// small ones. Before threads start, as what was allocated stays where it is.
///
/// Does nothing in a build without mimalloc.
void prefer_large_pages();

} // namespace greenroom
