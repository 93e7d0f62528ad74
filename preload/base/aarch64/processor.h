// SPDX-License-Identifier: Apache-2.0
// How does this processor ask the kernel, wait a moment, and come back from a signal handler?
// AArch64. A folder per processor with the same names, chosen in preload/meson.build.
#pragma once
#include <linux/audit.h>
#include <poll.h>
#include <sys/syscall.h>

#include <cstdint>
#include <ctime>

/// The first glibc for this processor: the version of all that has never changed.
#define LEAKHOOK_OLDEST_GLIBC "GLIBC_2.17"

namespace leakhook::sys {

/// What a seccomp filter sees as the processor.
constexpr std::uint32_t kAuditArchitecture = AUDIT_ARCH_AARCH64;

/// How many bits the addresses have that a program is given.
constexpr unsigned kAddressBits = 48;

/// No errno, no cancellation: what the kernel returns. Async-signal-safe.
inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                 long f = 0) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}

/// poll(2) that does not wait, and the call that it is.
constexpr long kPoll = SYS_ppoll;
inline long poll_now(pollfd* rooms, long count) {
  const timespec at_once{};
  return call(kPoll, reinterpret_cast<long>(rooms), count, reinterpret_cast<long>(&at_once));
}

/// Does this call, like vfork(2), lend our memory to a child? The kernel has clone alone for that.
constexpr bool is_vfork(long) { return false; }

/// The other hardware thread may go ahead.
inline void pause() { __asm__ volatile("yield"); }

/// Where a handler that rt_sigaction installs returns to, and the flag that says so. Without them
/// it returns to the kernel's own page.
constexpr void (*return_from_handler)() = nullptr;
constexpr unsigned long kNamesItsReturn = 0;

}  // namespace leakhook::sys
