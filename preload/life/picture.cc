// SPDX-License-Identifier: Apache-2.0
// A copy of the process that looks for pointers in itself, and the keeper that makes it.
#include "picture.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>

#include "../base/system.h"
#include "../base/waiting.h"
#include "../ledger/segment.h"
#include "headroom.h"
#include "process.h"
#include "reachability.h"
#include "signals.h"

namespace leakhook::life {
namespace {

using ledger::segment;

constinit std::atomic<bool> are_forbidden{false};

/// Whose the stream is: the first who takes it writes all of it.
enum class Writer : std::uint32_t { nobody, copy, keeper };

/// What keeper and copy tell each other, in a page that both share.
struct Shared {
  std::atomic<std::uint32_t> has_own_books;  ///< the copy does not need ours any more
  std::atomic<std::uint32_t> goes_on;        ///< threads go on; pause_ns is known
  std::atomic<std::uint32_t> is_spoiled;     ///< a thread went on too early
  std::atomic<std::uint32_t> has_no_room;    ///< the copy found none for books of its own
  std::atomic<Writer> writer;
  std::atomic<std::uint32_t> has_ended;  ///< the copy has written what it could
  std::atomic<std::uint32_t> is_whole;   ///< and that was all
  std::uint64_t pause_ns;

  bool take_stream(Writer who) {
    Writer nobody = Writer::nobody;
    return writer.compare_exchange_strong(nobody, who);
  }
};

/// How long keeper and copy wait for each other where they cannot know whether the other lives.
constexpr std::uint64_t kLongest = 120'000'000'000;  // ns

void set(std::atomic<std::uint32_t>& flag) {
  flag.store(1, std::memory_order_release);  // pairs with await()
  sys::wake_all(flag);
}

/// False: not in time.
bool await(std::atomic<std::uint32_t>& flag, std::uint64_t deadline_ns) {
  while (flag.load(std::memory_order_acquire) == 0) {  // pairs with set()
    const std::uint64_t now = sys::nanoseconds(CLOCK_MONOTONIC);
    if (now >= deadline_ns) return false;
    sys::wait_while(flag, 0u, deadline_ns - now);
  }
  return true;
}

// --- the copy ----------------------------------------------------------------------------------

/// Memory that cannot be read (beyond the end of a file, unmapped behind our back) reads as zeros:
/// the page is replaced, which nobody but this copy sees.
void on_fault(int, siginfo_t* info, void*) {
  constexpr std::uint64_t kPage = 4096;
  static constinit std::uint64_t faults = 0;
  constexpr std::uint64_t kMost = 1 << 22;
  const std::uint64_t page = reinterpret_cast<std::uint64_t>(info->si_addr) / kPage * kPage;
  const bool is_replaced =
      page != 0 && ++faults < kMost &&
      sys::map(reinterpret_cast<void*>(page), kPage, PROT_READ,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE) != nullptr;
  if (!is_replaced) sys::call(SYS_exit_group, 1);
}

void survive_faults() {
  struct {  // as the kernel has it
    void (*handler)(int, siginfo_t*, void*);
    unsigned long flags;
    void (*restorer)();
    std::uint64_t mask;
  } action{on_fault, SA_SIGINFO | SA_NODEFER | sys::kNamesItsReturn, sys::return_from_handler, 0};
  std::uint64_t faults = 0;
  for (const int signal : {SIGSEGV, SIGBUS}) {
    sys::call(SYS_rt_sigaction, signal, sys::word(&action), 0, 8);
    faults |= std::uint64_t{1} << (signal - 1);
  }
  sys::call(SYS_rt_sigprocmask, SIG_UNBLOCK, sys::word(&faults), 0, 8);
}

/// What the copy is made of.
struct Negative {
  Standstill threads;
  KernelWords words;
  Shared* shared;
  long keeper;
};

/// A program may have limited its own address space to little more than it had by then; the copy
/// needs some for its books and tables. It is a process of ours: the limit that it must keep is the
/// hard one.
void lift_limit_of_address_space() {
  rlimit limit;  // as the kernel has it, too
  if (sys::failed(sys::call(SYS_prlimit64, 0, RLIMIT_AS, 0, sys::word(&limit)))) return;
  limit.rlim_cur = limit.rlim_max;
  sys::call(SYS_prlimit64, 0, RLIMIT_AS, sys::word(&limit));
}

/// Everything that the copy does. Never returns.
void develop(Negative& negative, int fd, StreamOrder order, char* buffer) {
  Shared* const shared = negative.shared;
  sys::call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);  // no use without its keeper
  if (sys::call(SYS_getppid) != negative.keeper) sys::call(SYS_exit_group, 1);
  be_ended_first();
  survive_faults();
  lift_limit_of_address_space();
  const bool has_room = !segment.is_file || segment.move_to(-1);
  if (!has_room) shared->has_no_room.store(1, std::memory_order_relaxed);
  set(shared->has_own_books);  // releases the word above
  if (!has_room) sys::call(SYS_exit_group, 1);
  Reachability found;
  found.summary = order.reach.summary;
  const std::uint64_t began = sys::nanoseconds(CLOCK_MONOTONIC);
  negative.words.collect(segment.owner);
  find_reachability(negative.threads, negative.words, &found);
  found.summary.mark_ns = sys::nanoseconds(CLOCK_MONOTONIC) - began;
  if (!await(shared->goes_on, sys::nanoseconds(CLOCK_MONOTONIC) + kLongest) ||
      shared->is_spoiled.load() != 0 || !shared->take_stream(Writer::copy))
    sys::call(SYS_exit_group, 1);
  found.summary.pause_ns = shared->pause_ns;
  order.reach = found;
  if (write_stream(fd, order, buffer)) shared->is_whole.store(1, std::memory_order_relaxed);
  set(shared->has_ended);
  sys::call(SYS_exit_group, 0);
}

// --- the keeper --------------------------------------------------------------------------------

/// Whether a picture should be tried at all.
ReachReason reason_against(ReachSummary* summary) {
  const Header& header = *segment.header;
  if (are_pictures_forbidden()) return ReachReason::forbidden;
  if ((segment.kinds & bit_of(Kind::heap)) == 0 || !header.libc_hooked) return ReachReason::no_heap;
  const Headroom headroom = look_at_headroom();
  summary->predicted_ns = headroom.predicted_pause_ns();
  const std::uint64_t most = process.settings.SNAPSHOT_MAX.nanoseconds;
  if (summary->predicted_ns > most) return ReachReason::too_long;
  const std::uint64_t blocks = header.live_buckets.load(std::memory_order_relaxed) * 4;
  const std::uint64_t books = segment.is_file ? header.committed_total.load() : 0;
  return headroom.memory_needed(blocks, books) > headroom.left ? ReachReason::no_memory
                                                               : ReachReason::none;
}

/// How the copy's stream ended.
enum class End { written, torn, not_begun };

/// What wait4 answers need not be true: it may be refused, and who ignores SIGCHLD hears nothing.
End await_copy(long child, Shared& shared) {
  long got;
  while ((got = sys::call(SYS_wait4, child, 0, 0, 0)) == -EINTR) {
  }
  const bool may_live = sys::failed(got) && got != -ECHILD;
  if (may_live) await(shared.has_ended, sys::nanoseconds(CLOCK_MONOTONIC) + kLongest);
  if (shared.take_stream(Writer::keeper)) return End::not_begun;
  return shared.is_whole.load(std::memory_order_acquire) != 0 ? End::written : End::torn;
}

/// How long threads may stand still in fact. A process that ends waits for its last dump in any
/// case: there a machine too busy to run all threads within LEAKHOOK_SNAPSHOT_MAX is no reason to
/// go without.
std::uint64_t longest_pause(const WaitingThread& waiting) {
  constexpr std::uint64_t kLongest = 60'000'000'000;  // ns
  constexpr std::uint64_t kAtTheEnd = 20'000'000'000;
  const std::uint64_t least = waiting.tid != 0 ? kAtTheEnd : 0;
  return std::clamp(process.settings.SNAPSHOT_MAX.nanoseconds, least, kLongest);
}

/// Makes the copy while all threads stand still. *end: how its stream ended, when the result is
/// ReachReason::none.
ReachReason take_picture(int fd, const StreamOrder& order, const WaitingThread& waiting,
                         Negative& negative, char* buffer, End* end) {
  const std::uint64_t most = longest_pause(waiting);
  Shared& shared = *negative.shared;
  negative.keeper = sys::getpid();
  negative.words.collect(segment.owner);
  const std::uint64_t began = sys::nanoseconds(CLOCK_MONOTONIC);
  const ReachReason refused =
      negative.threads.begin(segment.owner, stand_still_signal(), waiting, began + most);
  if (refused != ReachReason::none) return refused;
  const long child = sys::call(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) develop(negative, fd, order, buffer);
  const bool is_copied =
      child > 0 && (!segment.is_file || await(shared.has_own_books, began + most));
  const bool has_room = shared.has_no_room.load(std::memory_order_relaxed) == 0;
  if (!is_copied || !has_room || !negative.threads.is_in_time()) shared.is_spoiled.store(1);
  negative.threads.end();
  shared.pause_ns = sys::nanoseconds(CLOCK_MONOTONIC) - began;
  if (child <= 0) return ReachReason::no_process;
  set(shared.goes_on);
  *end = await_copy(child, shared);
  if (*end != End::not_begun) return ReachReason::none;
  if (!has_room) return ReachReason::no_memory;
  return shared.is_spoiled.load() != 0 ? ReachReason::no_answer : ReachReason::died;
}

}  // namespace

bool write_stream_of_picture(int fd, StreamOrder order, const WaitingThread& waiting,
                             char* buffer) {
  ReachSummary& summary = order.reach.summary;
  summary.was_asked = 1;
  summary.reason = reason_against(&summary);
  if (summary.reason != ReachReason::none) return write_stream(fd, order, buffer);
  Negative negative{};
  negative.shared = static_cast<Shared*>(
      sys::map(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS));
  End end = End::not_begun;
  summary.reason = negative.shared == nullptr
                       ? ReachReason::no_memory
                       : take_picture(fd, order, waiting, negative, buffer, &end);
  if (negative.shared != nullptr) sys::unmap(negative.shared, 4096);
  if (summary.reason == ReachReason::none) return end == End::written;
  return write_stream(fd, order, buffer);
}

void forbid_pictures() { are_forbidden.store(true, std::memory_order_relaxed); }

bool are_pictures_forbidden() { return are_forbidden.load(std::memory_order_relaxed); }

}  // namespace leakhook::life
