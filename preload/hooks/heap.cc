// SPDX-License-Identifier: Apache-2.0
// The hooks of blocks that move or come back through a pointer.
#include <errno.h>

#include "declarations.h"

namespace leakhook {
namespace {

/// The books of a realloc around the real call. The old record goes first: once the real call has
/// freed the old address, another thread may own it.
class Move {
 public:
  explicit Move(void* block) {
    if (block != nullptr) old_ = ledger::withdraw_block(block);
  }
  void* done(ledger::HookFrame hook, void* moved, std::size_t size) const {
    if (moved != nullptr)
      ledger::acquired_block(hook, moved, size);
    else if (size != 0)  // realloc(block, 0) frees the block and returns null
      ledger::restore_block(old_);
    return moved;
  }

 private:
  ledger::WithdrawnBlock old_;
};

[[gnu::noinline]] int recorded_posix_memalign(void** block, std::size_t alignment,
                                              std::size_t size) {
  const int error = real::posix_memalign(block, alignment, size);
  if (error == 0 && *block != nullptr) ledger::acquired_due_block(LEAKHOOK_FRAME, *block, size);
  return error;
}

/// Neither the old block nor the new one concerns the books.
[[gnu::always_inline]] inline bool passes_by(const void* block, std::size_t size) {
  return ledger::sample_filter.has_surely_not(block) && ledger::block_passes_by(size);
}

[[gnu::noinline]] void* recorded_realloc(void* block, std::size_t size) {
  const Move move(block);
  void* moved = real::realloc(block, size);
  return move.done(LEAKHOOK_FRAME, moved, size);
}

}  // namespace

LEAKHOOK_ENDS_IN_JUMPS int hook_posix_memalign(void** block, std::size_t alignment,
                                               std::size_t size) {
  if (ledger::block_passes_by(size)) [[likely]]
    return real::posix_memalign(block, alignment, size);
  return recorded_posix_memalign(block, alignment, size);
}

LEAKHOOK_ENDS_IN_JUMPS void* hook_realloc(void* block, std::size_t size) {
  return passes_by(block, size) ? real::realloc(block, size) : recorded_realloc(block, size);
}

// Not through the real reallocarray: libc's calls `realloc` by name, which is ours, and the block
// would be recorded with a frame of libc as its caller.
LEAKHOOK_ENDS_IN_JUMPS void* hook_reallocarray(void* block, std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  return passes_by(block, bytes) ? real::realloc(block, bytes) : recorded_realloc(block, bytes);
}

// Nothing to record: only the allocator that gave the block knows.
LEAKHOOK_ENDS_IN_JUMPS std::size_t hook_malloc_usable_size(void* block) {
  return real::malloc_usable_size(block);
}

}  // namespace leakhook
