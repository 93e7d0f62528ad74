// SPDX-License-Identifier: Apache-2.0
// Where was this test function called from? As hooks say it; for files built with frame pointers.
#pragma once
#include <dlfcn.h>
#include <pthread.h>

#include "../../../unwind/capture.h"
#include "../sanitized.h"

namespace leakhook::unwind {

/// The caller of the function in which this stands.
#define CALL_SITE                                                      \
  ::leakhook::unwind::CallSite {                                       \
    {reinterpret_cast<std::uint64_t>(__builtin_return_address(0))},    \
        reinterpret_cast<std::uint64_t>(__builtin_dwarf_cfa()),        \
        *static_cast<const std::uint64_t*>(__builtin_frame_address(0)) \
  }

/// The C library's own way to find an object; null where it has none.
inline SystemLookup system_lookup() {
  return reinterpret_cast<SystemLookup>(dlsym(RTLD_DEFAULT, "_dl_find_object"));
}


/// The calling thread's whole stack.
inline StackBounds whole_stack() {
  pthread_attr_t attributes;
  void* low = nullptr;
  std::size_t size = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &low, &size);
  pthread_attr_destroy(&attributes);
  return {reinterpret_cast<Address>(low), reinterpret_cast<Address>(low) + size};
}

/// For a hole in the address space: `pages` pages that may be read, then as many that may not.
/// Gives the address of the border.
Address readable_then_not(int pages);

}  // namespace leakhook::unwind
