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

}  // namespace

int hook_posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  const int error = real::posix_memalign(block, alignment, size);
  if (error == 0 && *block != nullptr) ledger::acquired_block(LEAKHOOK_FRAME, *block, size);
  return error;
}

void* hook_realloc(void* block, std::size_t size) {
  const Move move(block);
  void* moved = real::realloc(block, size);
  return move.done(LEAKHOOK_FRAME, moved, size);
}

// Not through the real reallocarray: libc's calls `realloc` by name, which is ours, and the block
// would be recorded with a frame of libc as its caller.
void* hook_reallocarray(void* block, std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  const Move move(block);
  void* moved = real::realloc(block, bytes);
  return move.done(LEAKHOOK_FRAME, moved, bytes);
}

// Nothing to record: only the allocator that gave the block knows.
std::size_t hook_malloc_usable_size(void* block) { return real::malloc_usable_size(block); }

}  // namespace leakhook
