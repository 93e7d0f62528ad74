// SPDX-License-Identifier: Apache-2.0
// May this word be read? Asks the kernel, never faults, keeps errno.
//
// FUTEX_WAIT compares the word before it sleeps: EFAULT says unreadable, EAGAIN says readable and
// different. Should the word be the expected one after all, the timeout of zero ends the wait; the
// expected value is one that no real futex uses, so that no wake-up meant for others is taken.
// Why a futex: services under seccomp allow it, as every lock needs it. Tried and dropped:
// rt_sigprocmask and process_vm_readv (often forbidden, which kills), mincore (says mapped, not
// readable), write to a pipe (needs descriptors, which daemons close).
#include "readable.h"

#include <linux/futex.h>

#include <cerrno>
#include <cstdint>

#include "machine.h"

namespace leakhook::unwind {
namespace {

constexpr std::uint32_t kNobodysValue = 0x9d3c5a17;

struct Timeout {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
};

}  // namespace

bool is_readable(Address word) {
  const Timeout at_once;
  const long answer =
      machine::futex(word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, kNobodysValue, &at_once);
  // Anything else, a refusal by seccomp included, is no proof.
  return answer == -EAGAIN || answer == -ETIMEDOUT || answer == -EINTR || answer == 0;
}

}  // namespace leakhook::unwind
