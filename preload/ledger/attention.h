// SPDX-License-Identifier: Apache-2.0
// May this event be recorded right now? One comparison says yes for nearly all of them.
//
// Everything rare (library not born, a forked child that does not know itself yet, tracing off, a
// keeper to be reaped, a vfork child that runs in our memory, our own allocations) makes the same
// comparison fail, and the slow way sorts it out.
#pragma once
#include <atomic>
#include <cstdint>

#include "../contract/layout.h"

namespace leakhook::ledger {

struct RememberedStacks;

/// A page of its own that the kernel wipes in every forked child (MADV_WIPEONFORK): zero means
/// "nobody has been born here".
struct alignas(8) Attention {
  enum Mode : std::uint32_t {
    unborn = 0,  ///< before our constructor, or in a forked child that does not know itself yet
    recording = 1,
    dormant = 2,  ///< switched off: releases are followed, nothing is acquired
    inert = 3,    ///< this process is not to be tracked at all
  };
  std::atomic<std::uint32_t> mode;
  std::atomic<std::uint32_t> keepers_ended;  ///< written by keepers: something to reap

  /// Zero: recording, and nothing to reap. Both words in one look.
  std::uint64_t what_is_rare() const {
    using Both __attribute__((may_alias)) = std::uint64_t;
    return __atomic_load_n(reinterpret_cast<const Both*>(this), __ATOMIC_RELAXED) ^ recording;
  }
};
static_assert(sizeof(Attention) == 8, "what_is_rare() reads it whole");

/// Points to a static zero until life/ has made the page.
extern std::atomic<Attention*> attention;

/// Per-thread state. Zero-initialised, trivially destructible: right for threads that nobody told
/// us of and during a thread's last destructors. Counted by tests/house: at most 256 bytes of TLS.
struct alignas(8) ThisThread {
  std::uint32_t own_work;  ///< depth of work that may call hooked functions: those are not recorded
  std::uint32_t vforked;   ///< may be a vfork child that borrowed our memory
  ThreadRecord* record;    ///< null: a thread that was not created through a hook
  std::uint64_t stack_low;
  std::uint64_t stack_high;
  std::int64_t bytes_until_sample;
  std::uint64_t random;          ///< state of the sampler, 0 = not seeded
  RememberedStacks* remembered;  ///< null: every walk begins afresh
  std::uint32_t shard;           ///< 1 + shard of the counts, 0 = not taken yet
  NameId name;                   ///< where record is null
};
static_assert(offsetof(ThisThread, vforked) == offsetof(ThisThread, own_work) + 4);
static_assert(sizeof(ThisThread) <= 64);

/// Whether a second thread may run here: until then no other one can be in the middle of anything.
/// Set before the first one is created, and by any thread of unknown origin; never taken back.
extern std::atomic<bool> is_threaded;

extern thread_local constinit ThisThread this_thread __attribute__((tls_model("initial-exec")));

/// Blocks may live that no hook saw: one that is freed and not known means nothing any more.
void heap_has_strangers();

enum class Event : std::uint8_t { acquire, release };

/// The slow way. Keeps errno. False: leave the event alone (counted where it is a loss).
bool attend(Event event) __attribute__((cold, noinline));

/// First line of every ledger function.
inline bool may_record(Event event) {
  // acquire pairs with the release in life/: books before mode
  const Attention& now = *attention.load(std::memory_order_acquire);
  std::uint64_t own_work_or_vforked = 0;  // both words in one look
  __builtin_memcpy(&own_work_or_vforked, &this_thread.own_work, sizeof own_work_or_vforked);
  if ((now.what_is_rare() | own_work_or_vforked) == 0) [[likely]]
    return true;
  return attend(event);
}

/// Marks the thread as busy with our own work: hooks called meanwhile pass through unrecorded.
/// Keeps errno.
class OwnWork {
 public:
  OwnWork();
  ~OwnWork();
  OwnWork(const OwnWork&) = delete;

 private:
  int errno_;
};

/// What the ledger asks of life/, which defines these: arrows point from life to ledger only.
namespace from_life {
/// The mode is unborn: make this process known. True: recording may go on.
bool be_born();
/// Keepers have ended: wait for them.
void reap_keepers();
}  // namespace from_life

}  // namespace leakhook::ledger
