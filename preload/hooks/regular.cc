// SPDX-License-Identifier: Apache-2.0
// The hooks that need nothing but their row in interposed.def, malloc among them.
#include "declarations.h"
#include "descriptors.h"

namespace leakhook {

// The caller is taken in the hook itself: its frame is where the walk starts.

// Nearly all blocks of a sampled heap concern nobody: for them a hook is a test and a jump to the
// real function, without a frame. The others go on in a function of its own, which is jumped to as
// well: to it, the program is the caller. (Our usual flags keep frames and calls; tests/unit/hooks
// notices when one stays.)
#define LEAKHOOK_ENDS_IN_JUMPS \
  [[gnu::optimize("O2", "optimize-sibling-calls", "omit-frame-pointer")]]

#define HEAP_ACQUIRE(name, params, args, size)                   \
  static void* recorded_##name params __attribute__((noinline)); \
  LEAKHOOK_ENDS_IN_JUMPS void* hook_##name params {              \
    if (ledger::block_passes_by(size)) [[likely]]                \
      return real::name args;                                    \
    return recorded_##name args;                                 \
  }                                                              \
  [[gnu::flatten]] static void* recorded_##name params {         \
    void* block = real::name args;                               \
    if (block != nullptr) [[likely]]                             \
      ledger::acquired_due_block(LEAKHOOK_FRAME, block, size);   \
    return block;                                                \
  }

#define HEAP_RELEASE(name, params, args, block)                 \
  static void recorded_##name params __attribute__((noinline)); \
  LEAKHOOK_ENDS_IN_JUMPS void hook_##name params {              \
    if (ledger::sample_filter.has_surely_not(block)) [[likely]] \
      return real::name args;                                   \
    return recorded_##name args;                                \
  }                                                             \
  LEAKHOOK_ENDS_IN_JUMPS                                        \
  [[gnu::flatten]] static void recorded_##name params {         \
    (void)ledger::withdraw_block_slowly(block);                 \
    real::name args;                                            \
  }

#define FD_ACQUIRE(kind, name, params, args, path)                             \
  int hook_##name params {                                                     \
    const int result = real::name args;                                        \
    if (result >= 0) ledger::acquired_fd(LEAKHOOK_CALLER, kind, result, path); \
    return result;                                                             \
  }

#define FD_PAIR(kind, name, params, args, fds)                                            \
  int hook_##name params {                                                                \
    const int result = real::name args;                                                   \
    if (result >= 0) ledger::acquired_fd_pair(LEAKHOOK_CALLER, kind, (fds)[0], (fds)[1]); \
    return result;                                                                        \
  }

// Linux frees the number whatever close() returns, but for EBADF, when the books have none either.
#define FD_RELEASE(name, params, args, fd) \
  int hook_##name params {                 \
    ledger::released_fd(fd);               \
    return real::name args;                \
  }

#define STREAM_ACQUIRE(kind, ret, name, params, args, path)                                 \
  ret hook_##name params {                                                                  \
    ret stream = real::name args;                                                           \
    if (stream != nullptr) ledger::acquired_fd(LEAKHOOK_CALLER, kind, fd_of(stream), path); \
    return stream;                                                                          \
  }

#define STREAM_RELEASE(name, params, args, stream) \
  int hook_##name params {                         \
    ledger::released_fd(fd_of(stream));            \
    return real::name args;                        \
  }

#define THREAD_JOIN(name, params, args, thread)                      \
  int hook_##name params {                                           \
    const ledger::ThreadTicket ticket = ledger::find_thread(thread); \
    const int result = real::name args;                              \
    if (result == 0) ledger::thread_joined(ticket);                  \
    return result;                                                   \
  }

#define THREAD_DETACH(name, params, args, thread)                    \
  int hook_##name params {                                           \
    const ledger::ThreadTicket ticket = ledger::find_thread(thread); \
    const int result = real::name args;                              \
    if (result == 0) ledger::thread_detached(ticket);                \
    return result;                                                   \
  }

#define BY_HAND(ret, name, params, args)
#include "../interposed.def"

}  // namespace leakhook
