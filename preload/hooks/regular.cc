// SPDX-License-Identifier: Apache-2.0
// The hooks that need nothing but their row in interposed.def, malloc among them.
#include <errno.h>

#include "declarations.h"
#include "descriptors.h"

namespace leakhook {

namespace {
/// Of pthread_join and its kin, whose errors are their results. thrd_error stands for several.
bool knows_no_such_thread(int result) {
  return result == ESRCH || result == EINVAL || result == thrd_error;
}
}  // namespace

// The caller is taken in the hook itself: its frame is where the walk starts.

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
    (void)ledger::withdraw_block(block);                        \
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
#define FD_RELEASE(name, params, args, fd)                                   \
  int hook_##name params {                                                   \
    const ledger::ClosedFd before = ledger::released_fd(LEAKHOOK_FRAME, fd); \
    const int result = real::name args;                                      \
    ledger::close_returned(LEAKHOOK_FRAME, fd, before, result);              \
    return result;                                                           \
  }

#define STREAM_ACQUIRE(kind, ret, name, params, args, path)          \
  ret hook_##name params {                                           \
    ret stream = real::name args;                                    \
    if (stream == nullptr) return stream;                            \
    ledger::acquired_fd(LEAKHOOK_CALLER, kind, fd_of(stream), path); \
    ledger::set_fd_stream(fd_of(stream), stream);                    \
    return stream;                                                   \
  }

#define STREAM_RELEASE(name, params, args, stream)                                       \
  int hook_##name params {                                                               \
    const int fd = fd_of(stream);                                                        \
    const ledger::ClosedFd before = ledger::released_stream(LEAKHOOK_FRAME, fd, stream); \
    const int result = real::name args;                                                  \
    ledger::close_returned(LEAKHOOK_FRAME, fd, before, result);                          \
    return result;                                                                       \
  }

#define THREAD_JOIN(name, params, args, thread)                      \
  int hook_##name params {                                           \
    const ledger::ThreadTicket ticket = ledger::find_thread(thread); \
    const int result = real::name args;                              \
    if (result == 0)                                                 \
      ledger::thread_joined(LEAKHOOK_CALLER, ticket);                \
    else if (knows_no_such_thread(result))                           \
      ledger::thread_refused(LEAKHOOK_CALLER, thread, ticket);       \
    return result;                                                   \
  }

#define THREAD_DETACH(name, params, args, thread)                    \
  int hook_##name params {                                           \
    const ledger::ThreadTicket ticket = ledger::find_thread(thread); \
    const int result = real::name args;                              \
    if (result == 0)                                                 \
      ledger::thread_detached(LEAKHOOK_CALLER, ticket);              \
    else if (knows_no_such_thread(result))                           \
      ledger::thread_refused(LEAKHOOK_CALLER, thread, ticket);       \
    return result;                                                   \
  }

#define BY_HAND(ret, name, params, args)
#include "../interposed.def"

}  // namespace leakhook
