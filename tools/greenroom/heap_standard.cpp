#include "tools/greenroom/heap.hpp"

namespace greenroom {

void prefer_large_pages() {}

} // namespace greenroom
