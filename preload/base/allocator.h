// SPDX-License-Identifier: Apache-2.0
// Whose heap is it? The functions behind the heap rows of interposed.def, moved to mimalloc on
// request.
//
// mimalloc gets one range of address space and may allocate nowhere else, so whose block an address
// is takes one comparison. What mimalloc did not give (blocks from before, sizes and alignments
// that it cannot serve, libraries that reach the earlier allocator past us) stays with the earlier
// allocator, from its first byte to its free.
#pragma once

namespace leakhook::allocator {

/// What main will get.
struct Arguments {
  int count;
  char** values;
  char** environment;
};

/// Loads mimalloc for us alone and points real::malloc and its kin at it. Null: done; else the
/// reason why nothing has changed. Allocates from the earlier heap (it calls dlopen).
/// Requires: real::resolve_all() has run; one thread.
const char* move_to_mimalloc(const Arguments& arguments);

/// What dlopen may be asked for. A library that binds past us to the earlier allocator
/// (RTLD_DEEPBIND) would give it the blocks of mimalloc that libc returns to it.
int flags_for_dlopen(int flags);

}  // namespace leakhook::allocator
