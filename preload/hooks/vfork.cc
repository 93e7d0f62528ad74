// SPDX-License-Identifier: Apache-2.0
// The hooks that must not leave a frame behind: vfork and clone, whose children borrow the stack or
// the memory of their caller, and syscall, which may do the same.
//
// vfork returns twice, the first time into a child that overwrites what lies below its caller's
// frame: so these ask a function of ours and then jump to the real one.
#include "../base/system.h"
#include "../ledger/program_memory.h"
#include "declarations.h"
#include "sandbox_calls.h"
#include "tail_jump.h"

namespace leakhook {
namespace {

void note_clone(unsigned long flags) {
  if ((flags & CLONE_VM) == 0) return;
  if ((flags & CLONE_THREAD) != 0)
    ledger::second_thread_comes();
  else
    ledger::thread_vforks();
}

}  // namespace

extern "C" {

__attribute__((visibility("hidden"), used)) void* leakhook_before_vfork() {
  // Never through the pointer's first value: that would be a frame.
  if (!real::is_resolved()) real::resolve_all();
  ledger::thread_vforks();
  return reinterpret_cast<void*>(real::vfork);
}

__attribute__((visibility("hidden"), used)) void* leakhook_before_clone(void*, void*, int flags) {
  if (!real::is_resolved()) real::resolve_all();
  note_clone(static_cast<unsigned>(flags));
  return reinterpret_cast<void*>(real::clone);
}

__attribute__((visibility("hidden"), used)) void* leakhook_before_syscall(long number,
                                                                          unsigned long a,
                                                                          unsigned long b,
                                                                          unsigned long c) {
  if (!real::is_resolved()) real::resolve_all();
  if (number == SYS_seccomp) note_seccomp(a, reinterpret_cast<const void*>(c));
  if (number == SYS_prctl) note_prctl(static_cast<long>(a), b, c);
  if (sys::is_vfork(number)) ledger::thread_vforks();
  if (number == SYS_clone) note_clone(a);
  const auto* flags = reinterpret_cast<const std::uint64_t*>(a);  // first of clone3's arguments
  if (number == SYS_clone3 && ledger::can_be_read(flags, sizeof *flags)) note_clone(*flags);
  return reinterpret_cast<void*>(real::syscall);
}
}

LEAKHOOK_TAIL_JUMP(vfork, leakhook_before_vfork);
LEAKHOOK_TAIL_JUMP(clone, leakhook_before_clone);
LEAKHOOK_TAIL_JUMP(syscall, leakhook_before_syscall);

}  // namespace leakhook
