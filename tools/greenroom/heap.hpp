#pragma once

namespace greenroom {

/// Has the heap lie in pages of 2 MiB, where the system has them to give. What belongs to
/// ten thousand connections fills 15,000 small ones, and a core that looks for one of them
/// must look for the page first. An idle server takes some MiB more. What is free for ten
/// seconds goes back to the system, if anything else is freed later.
///
/// Before there are threads: these begin with what was prepared here. Does nothing in a
/// build without mimalloc.
void prefer_large_pages();

} // namespace greenroom
