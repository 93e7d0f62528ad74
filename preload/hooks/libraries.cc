// SPDX-License-Identifier: Apache-2.0
// The hooks of library handles, without changing where libraries are searched.
//
// glibc looks at the caller of dlopen for RUNPATH, $ORIGIN and the like. Where that matters, the
// hook jumps to the real function as if it had never been there, and the handle goes unrecorded.
#include "../base/allocator.h"
#include "caller_object.h"
#include "declarations.h"
#include "tail_jump.h"

namespace leakhook {
namespace {

void* opened(const ledger::Caller& caller, void* library, const char* name) {
  if (library != nullptr)
    ledger::acquired(caller, Kind::library, reinterpret_cast<std::uint64_t>(library), name);
  return library;
}

// Reached by a jump: the caller of these is the program.

__attribute__((noinline)) void* recorded_dlopen(const char* name, int flags) {
  void* library = real::dlopen(name, allocator::flags_for_dlopen(flags));
  return opened(LEAKHOOK_CALLER, library, name);
}

__attribute__((noinline)) void* recorded_dlmopen(Lmid_t space, const char* name, int flags) {
  void* library = real::dlmopen(space, name, flags);
  return opened(LEAKHOOK_CALLER, library, name);
}

/// A library that is bound to libc's malloc past ours gives out blocks that no hook saw.
void note_binding(bool is_deep) {
  if (is_deep) ledger::heap_has_strangers();
}

bool may_be_followed(const char* name, const void* caller) {
  if (!real::is_resolved()) real::resolve_all();
  if (!searches_its_own_way(dynamic_section_at(caller), name)) return true;
  ledger::lost(Counter::libraries_not_followed);
  return false;
}

}  // namespace

extern "C" {

__attribute__((visibility("hidden"), used)) void* leakhook_before_dlopen(const char* name,
                                                                         int flags, long, long,
                                                                         const void* caller) {
  note_binding((flags & RTLD_DEEPBIND) != 0);
  return may_be_followed(name, caller) ? reinterpret_cast<void*>(recorded_dlopen)
                                       : reinterpret_cast<void*>(real::dlopen);
}

__attribute__((visibility("hidden"), used)) void* leakhook_before_dlmopen(Lmid_t space,
                                                                          const char* name, int,
                                                                          long,
                                                                          const void* caller) {
  note_binding(space != LM_ID_BASE);
  return may_be_followed(name, caller) ? reinterpret_cast<void*>(recorded_dlmopen)
                                       : reinterpret_cast<void*>(real::dlmopen);
}
}

LEAKHOOK_TAIL_JUMP(dlopen, leakhook_before_dlopen);
LEAKHOOK_TAIL_JUMP(dlmopen, leakhook_before_dlmopen);

int hook_dlclose(void* library) {
  ledger::WithdrawnResource record;
  ledger::withdraw(Kind::library, reinterpret_cast<std::uint64_t>(library), &record);
  const int result = real::dlclose(library);
  if (result != 0)
    ledger::restore(record);
  else
    ledger::libraries_changed();
  return result;
}

}  // namespace leakhook
