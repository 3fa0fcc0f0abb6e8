#include <cstddef>
#include <cstdint>

#include <mimalloc.h>
#include <sys/mman.h>

#include "tools/greenroom/heap.hpp"

namespace greenroom {

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

/// Addresses only. A heap that outgrows them goes on as it would without.
constexpr std::size_t heap_bytes = 65'536 * mebibyte;

/// Of what mimalloc asks the system for.
constexpr std::size_t segment_bytes = 32 * mebibyte;

constexpr long free_ms = 10'000;

} // namespace

/// mimalloc has an option for that, but then it gives nothing back, and takes pages first
/// that the operator has set aside, perhaps for somebody else. What is set here yields to
/// its variables in the environment.
void prefer_large_pages() {
  void* const all = ::mmap(nullptr, heap_bytes + segment_bytes, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (all == MAP_FAILED)
    return;
  const auto surplus = reinterpret_cast<std::uintptr_t>(all) % segment_bytes;
  auto* const heap = static_cast<char*>(all) + (segment_bytes - surplus);
  ::madvise(heap, heap_bytes, MADV_HUGEPAGE);
  mi_manage_os_memory(heap, heap_bytes, false, false, true, -1);
  // Or the first memory of each thread would come in small pieces.
  mi_option_set_default(mi_option_eager_commit_delay, 0);
  // What is given back leaves a hole in a large page, which then is a small one.
  mi_option_set_default(mi_option_decommit_delay, free_ms);
  mi_option_set_default(mi_option_segment_decommit_delay, free_ms);
}

} // namespace greenroom
