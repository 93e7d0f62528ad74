// SPDX-License-Identifier: Apache-2.0
// Which bytes of the threads' stacks are alive? What lies above each stack pointer, up to the
// thread's descriptor and its variables; what lies below is dead, and so are the stacks that glibc
// keeps of threads that have ended.
#pragma once
#include "memory_map.h"
#include "still_threads.h"

namespace leakhook::life {

struct ThreadStack {
  Range whole;  ///< belongs to the thread: what of it is not alive is no root
  Range alive;
};

/// Of one thread, as far as it is known; empty ranges: nothing.
/// The stack that it runs on, and, where that is another one (a coroutine's), that of the thread.
struct StacksOfThread {
  ThreadStack own;
  Range borrowed;  ///< from the stack pointer to the end of the mapping; may lie in a heap block
};
StacksOfThread stacks_of(const MemoryMap& map, const StillThread& thread);

/// Where a thread's descriptor lies in [start, end); 0: nowhere.
std::uint64_t find_descriptor(std::uint64_t start, std::uint64_t end);

/// The end of the pages in which it lies.
std::uint64_t end_of_descriptor(std::uint64_t descriptor);

/// Is this the stack of a thread, above its guard page? *descriptor: that thread's.
bool is_kept_stack(const MemoryMap& map, const Mapping& mapping, std::uint64_t* descriptor);

}  // namespace leakhook::life
