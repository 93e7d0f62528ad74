// SPDX-License-Identifier: Apache-2.0
// How does this processor ask the kernel, wait a moment, and come back from a signal handler?
// x86-64. A folder per processor with the same names, chosen in preload/meson.build.
#pragma once
#include <linux/audit.h>
#include <poll.h>
#include <sys/syscall.h>

#include <cstdint>

/// The first glibc for this processor: the version of all that has never changed.
#define LEAKHOOK_OLDEST_GLIBC "GLIBC_2.2.5"

namespace leakhook::sys {

/// What a seccomp filter sees as the processor.
constexpr std::uint32_t kAuditArchitecture = AUDIT_ARCH_X86_64;

/// How many bits the addresses have that a program is given.
constexpr unsigned kAddressBits = 47;

/// No errno, no cancellation: what the kernel returns. Async-signal-safe.
inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                 long f = 0) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

/// poll(2) that does not wait, and the call that it is.
constexpr long kPoll = SYS_poll;
inline long poll_now(pollfd* rooms, long count) {
  return call(kPoll, reinterpret_cast<long>(rooms), count, 0);
}

/// Does this call, like vfork(2), lend our memory to a child?
constexpr bool is_vfork(long number) { return number == SYS_vfork; }

/// The other hardware thread may go ahead.
inline void pause() { __builtin_ia32_pause(); }

/// Where a handler that rt_sigaction installs returns to, and the flag that says so.
[[gnu::naked]] inline void return_from_handler() {
  __asm__("mov %0, %%eax\n\tsyscall" : : "i"(SYS_rt_sigreturn));
}
constexpr unsigned long kNamesItsReturn = 0x04000000;

}  // namespace leakhook::sys
