#include <mimalloc.h>

#include "tools/greenroom/heap.hpp"

namespace greenroom {

void prefer_large_pages() {
  mi_option_enable(mi_option_large_os_pages);
  // Or the first memory of each thread would be of small ones.
  mi_option_set(mi_option_eager_commit_delay, 0);
}

} // namespace greenroom
