// SPDX-License-Identifier: Apache-2.0
// Asking a filter about every system call of a dump, before it holds.
#include "sandbox.h"

#include <sched.h>
#include <sys/syscall.h>

#include <atomic>
#include <csignal>
#include <span>

#include "../base/seccomp_filter.h"
#include "../base/system.h"
#include "../ledger/ledger.h"
#include "../ledger/sandbox.h"
#include "birth.h"
#include "picture.h"
#include "process.h"
#include "signals.h"
#include "without_exporter.h"

namespace leakhook::life {
namespace {

constinit std::atomic<bool> is_deadly{false};

/// What the service, the keeper and exec itself need. The exporter needs more: if it dies of the
/// filter, the keeper writes the raw file.
constexpr long kNeeded[] = {SYS_getpid,   SYS_getppid,    SYS_gettid,      SYS_rt_sigprocmask,
                            SYS_wait4,    SYS_exit,       SYS_write,       SYS_read,
                            SYS_openat,   SYS_close,      SYS_fcntl,       sys::kPoll,
                            SYS_fstat,    SYS_faccessat,  SYS_renameat2,   SYS_uname,
                            SYS_unlinkat, SYS_exit_group, SYS_socketpair,  SYS_dup3,
                            SYS_setsid,   SYS_execve,     SYS_close_range, SYS_tgkill};

/// What a picture of what is reachable needs beyond a dump.
constexpr long kNeededForPicture[] = {SYS_futex,        SYS_rt_tgsigqueueinfo,
                                      SYS_getdents64,   SYS_pread64,
                                      SYS_mmap,         SYS_munmap,
                                      SYS_mremap,       SYS_kill,
                                      SYS_rt_sigaction, SYS_rt_sigreturn,
                                      SYS_madvise,      SYS_prctl,
                                      SYS_mincore,      SYS_prlimit64};

/// What giving back address space needs (ledger/segment.h).
constexpr long kNeededToUnmap[] = {SYS_munmap, SYS_rt_sigprocmask, SYS_prlimit64};

/// And to tell whoever asked what became of a dump that no exporter took.
constexpr long kNeededForAnswer[] = {SYS_socket, SYS_connect, SYS_sendto};

bool would_kill_for_any(const sock_fprog& filter, std::span<const long> numbers) {
  for (const long number : numbers)
    if (!is_survivable(ask_filter(filter, number, 0))) return true;
  return false;
}

bool would_kill_for_picture(const sock_fprog& filter) {
  return would_kill_for_any(filter, kNeededForPicture) ||
         !is_survivable(ask_filter(filter, SYS_clone, SIGCHLD));
}

bool would_kill(const sock_fprog& filter) {
  return would_kill_for_any(filter, kNeeded) ||
         !is_survivable(ask_filter(filter, SYS_clone, CLONE_VM | CLONE_CHILD_CLEARTID));
}

}  // namespace

void sandbox_begins(const sock_fprog* filter) {
  const auto survives = [filter](long number) {
    return filter != nullptr && is_survivable(ask_filter(*filter, number, 0));
  };
  ledger::note_sandbox(survives(SYS_mprotect), survives(SYS_madvise),
                       filter != nullptr && !would_kill_for_any(*filter, kNeededToUnmap));
  if (filter == nullptr || would_kill_for_picture(*filter)) forbid_pictures();
  if (filter == nullptr || would_kill_for_any(*filter, kNeededForAnswer)) forbid_answers();
  if (!is_alive() || (filter != nullptr && !would_kill(*filter))) return;
  if (is_deadly.exchange(true)) return;
  ledger::lost(Counter::dumps_forbidden);
  release_ending_signals();
  say("the program installs a seccomp filter that would kill it for a dump: no dumps from now on");
}

bool may_dump() { return !is_deadly.load(std::memory_order_relaxed); }

}  // namespace leakhook::life
