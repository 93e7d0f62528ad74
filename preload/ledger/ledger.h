// SPDX-License-Identifier: Apache-2.0
// The books as hooks see them: what was acquired, what is released, by whom.
//
// Contract of every function here: async-signal-safe, never allocates from the service's heap,
// never blocks, keeps errno, never fails towards the caller: what cannot be recorded is counted
// (contract/counters.def). Kinds that are switched off are ignored here, not in the hooks.
// Order: acquired_* after the real call, released_*/withdraw_* before it.
#pragma once
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>

#include "../../unwind/capture.h"
#include "../contract/kinds.h"
#include "../contract/layout.h"
#include "attention.h"
#include "hook_frame.h"
#include "sample_filter.h"
#include "sampler.h"

namespace leakhook::ledger {

using Caller = unwind::CallSite;

/// The program's function that called the hook in which this stands.
#define LEAKHOOK_CALLER LEAKHOOK_FRAME.caller()

// --- heap -------------------------------------------------------------------------------------

/// Of a block of this size, nothing is recorded; asked once for each block. See sampler.h.
inline bool block_passes_by(std::size_t size) {
  return sampler::passes_by(this_thread.bytes_until_sample, size);
}
/// For a hook that asked that itself, and the block is due.
void acquired_due_block(HookFrame hook, const void* address, std::size_t size);
inline void acquired_block(HookFrame hook, const void* address, std::size_t size) {
  if (block_passes_by(size)) [[likely]]
    return;
  acquired_due_block(hook, address, size);
}

/// A record taken out of the books before a call that may fail. Empty when there was none.
struct WithdrawnBlock {
  std::uint64_t key = 0;
  std::uint64_t value = 0;
};
/// Where sample_filter.has_surely_not(address), there is nothing to withdraw. Unknown addresses and
/// null are counted or ignored. The block may be given to another thread from now on.
WithdrawnBlock withdraw_block(const void* address);
void restore_block(const WithdrawnBlock& block);

// --- descriptors ------------------------------------------------------------------------------

/// `path`: what was opened, for people; may be null. Copied.
void acquired_fd(const Caller& caller, Kind kind, int fd, const char* path = nullptr);
/// Two that one call made: one stack and one birth for both. `path`: of the second one.
void acquired_fd_pair(const Caller& caller, Kind kind, int first, int second,
                      const char* path = nullptr);
/// `to` now means what `from` means (dup): same kind and name, its own stack. An unknown `from`
/// gives Kind::other_fd.
void acquired_fd_copy(const Caller& caller, int from, int to);
/// The remote address of a socket is known now. Copied; unknown descriptors are ignored.
void set_fd_peer(int fd, const sockaddr* address, socklen_t size);

/// What the books said of a number right before it was closed.
struct ClosedFd {
  enum State : std::uint8_t {
    unseen,  ///< nobody looked: nothing to say afterwards
    open,
    open_stream,  ///< by the end of a stream
    taken,        ///< so, but the stream had lost the number to another owner
    closed,
    unknown,  ///< never open
  };
  State state = unseen;
  // Of taken and closed ones:
  Kind kind = Kind::none;
  StackId opened = 0;
  std::uint64_t closed_at = 0;  ///< FdRecord::closed_at
};
static_assert(sizeof(ClosedFd) == 16, "comes back in two registers");
ClosedFd released_fd(HookFrame hook, int fd);
/// By the end of the FILE or DIR that owns the number.
ClosedFd released_stream(HookFrame hook, int fd, const void* stream);
void close_returned_oddly(HookFrame hook, int fd, ClosedFd before, bool is_refused);
/// After the real call, with what it returned and errno as it left it: a close too many is misuse.
inline void close_returned(HookFrame hook, int fd, ClosedFd before, int result) {
  if (before.state <= ClosedFd::open_stream && result >= 0) [[likely]]
    return;
  close_returned_oddly(hook, fd, before, result < 0 && errno == EBADF);
}
/// This FILE or DIR owns the number from now on.
void set_fd_stream(int fd, const void* stream);
/// All of [first, last], as close_range counts them.
void released_fds(HookFrame hook, unsigned first, unsigned last);

/// For calls that may fail after the release (dup2 over an open descriptor).
struct WithdrawnFd {
  FdRecord* slot = nullptr;
  std::uint8_t copy[sizeof(FdRecord)];
};
void withdraw_fd(int fd, WithdrawnFd* out);
void restore_fd(const WithdrawnFd& withdrawn);

// --- mappings ---------------------------------------------------------------------------------

/// What lay where a mapping was made: nothing, as the kernel chose the place, or others
/// (MAP_FIXED).
enum class Beneath { nothing, others };
/// A new mapping; whatever the books had in that range is cut out first.
void acquired_mapping(const Caller& caller, const void* address, std::size_t size, Beneath beneath,
                      bool is_shm = false);
/// The range will be unmapped: records inside go, records that stick out are cut or split and keep
/// their stack and birth.
void released_range(const void* address, std::size_t size);
/// As released_range for [address, address + size), but the pieces can be put back when the call
/// fails.
struct WithdrawnRange {
  static constexpr int kMax = 8;
  int count = 0;  ///< may be more than are kept: those are lost when the call fails
  struct Piece {
    std::uint64_t address, size;
    StackId stack;
    std::uint32_t birth;
    NameId thread;
    std::uint8_t flags;
  } pieces[kMax];
};
void withdraw_range(const void* address, std::size_t size, WithdrawnRange* out);
void restore_range(const WithdrawnRange& withdrawn);
/// Of the mapping made by shmat at `address`: its size, 0 when unknown.
std::size_t shm_size(const void* address);

// --- threads ----------------------------------------------------------------------------------

/// What pthread_create was asked for, kept until the new thread runs. Null: no room, create the
/// thread bare. Belongs to the ledger.
ThreadRecord* thread_starts(const Caller& caller, void* start_routine, void* argument,
                            std::size_t stack_size, bool is_detached);
void thread_start_failed(ThreadRecord* thread);
/// In the creator, after success.
void thread_created(ThreadRecord* thread, std::uint64_t identity);
/// In the new thread, first thing: takes over its name, identity and stack bounds.
void thread_enters(ThreadRecord* thread, std::uint64_t identity);
/// In the thread, last thing, however it ends.
void thread_ends(ThreadRecord* thread);

/// A thread as it was when asked: stays right when its pthread_t is used again.
struct ThreadTicket {
  ThreadRecord* thread = nullptr;
  std::uint64_t identity = 0;
};
/// Before pthread_join / pthread_detach.
ThreadTicket find_thread(std::uint64_t identity);
/// After the call succeeded.
void thread_joined(const Caller& caller, const ThreadTicket& ticket);
void thread_detached(const Caller& caller, const ThreadTicket& ticket);
/// After pthread_join or pthread_detach said that there is no such thread to give back: misuse if
/// it was given back before.
void thread_refused(const Caller& caller, std::uint64_t identity, const ThreadTicket& ticket);
/// A thread changed a thread's name; identity 0: its own. `name` at most 15 bytes are used.
void thread_named(std::uint64_t identity, const char* name);

// --- timers, processes, libraries, semaphores
// -----------------------------------------------------

/// Kinds timer, process, library, semaphore. A second acquisition of the same identity (dlopen,
/// sem_open count references) raises its open count and keeps the first stack.
/// `name` may be null; its end is kept.
void acquired(const Caller& caller, Kind kind, std::uint64_t identity, const char* name = nullptr);
/// One reference less; the last one removes the record.
void released(Kind kind, std::uint64_t identity);

struct WithdrawnResource {
  Kind kind = Kind::none;
  std::uint64_t identity = 0;
  std::uint64_t size = 0;
  StackId stack = 0;
  std::uint32_t birth = 0;
  NameId thread = 0;
  char name[32];
};
/// As released(), to be put back when the call fails.
void withdraw(Kind kind, std::uint64_t identity, WithdrawnResource* out);
void restore(const WithdrawnResource& withdrawn);
/// After timer_delete succeeded, and after it said that there is no such timer: misuse if it was
/// deleted before.
void timer_deleted(const Caller& caller, const WithdrawnResource& timer);
void timer_refused(const Caller& caller, std::uint64_t identity);

/// A library was closed: which modules are gone, and their rules with them. After the real dlclose.
void libraries_changed();

/// All that is acquired from now on, by whichever thread, was born in the part of the run that
/// `text` names. Null or empty: in none. Copied.
void marked(const char* text);

/// Adds one to a counter, where a hook itself must drop something.
void lost(Counter counter);

/// From now on a second thread may run. Before it is made, where that can be seen.
void second_thread_comes();

/// The calling thread is about to vfork (or clone with shared memory): until the parent runs again,
/// events belong to a child that shares our memory but not our resources.
void thread_vforks();

/// In a forked child, first thing. Without it (a raw system call) the child is known later.
void thread_forked();

}  // namespace leakhook::ledger
