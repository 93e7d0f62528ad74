// SPDX-License-Identifier: Apache-2.0
// The table in which threads write down where they stand, and the keeper who waits for them.
//
// `round` is odd while threads are asked to stand still. A thread that answers takes the next slot,
// fills it, and publishes it by the number of the round; it goes on when the round is over, or when
// the time that its keeper had is up: a keeper may be killed.
#include "still_threads.h"

#include <fcntl.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "../base/line.h"
#include "../base/system.h"
#include "../base/text_numbers.h"
#include "../base/waiting.h"
#include "../contract/request.h"
#include "../ledger/segment.h"

namespace leakhook::life {
namespace {

struct Slot {
  std::atomic<std::uint32_t> round;  ///< in which it was filled; published last
  StillThread thread;
};

constexpr std::uint32_t kSlots = 16384;
constexpr std::uint64_t kMillisecond = 1'000'000;  // ns
constexpr int kRoundShift = 32;

/// Mapped once, never unmapped: a thread may come late.
constinit std::atomic<Slot*> slots{nullptr};
/// The round in the upper half, how many slots it has given out in the lower one: a thread that
/// comes late takes none of the next round's, which would leave a hole in that table.
constinit std::atomic<std::uint64_t> taken{0};
constinit std::atomic<std::uint32_t> arrivals{0};
constinit std::atomic<std::uint32_t> round{0};
constinit std::atomic<std::uint64_t> goes_on_ns{0};
/// Later than a round's end where the process ends.
constinit std::atomic<std::uint64_t> stays_until_ns{0};
/// The keeper whose round it is.
constinit std::atomic<std::int32_t> holder{0};

/// Only one keeper at a time, but whose time is up has been killed, or is too late.
bool take_turn() {
  const auto own = static_cast<std::int32_t>(sys::getpid());
  std::int32_t before = holder.load(std::memory_order_relaxed);
  const bool is_free = before == 0 || sys::nanoseconds(CLOCK_MONOTONIC) >=
                                          goes_on_ns.load(std::memory_order_relaxed);
  return is_free && holder.compare_exchange_strong(before, own, std::memory_order_acquire);
}

bool make_slots() {
  if (slots.load(std::memory_order_relaxed) != nullptr) return true;
  void* made = sys::map(nullptr, kSlots * sizeof(Slot), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
  slots.store(static_cast<Slot*>(made), std::memory_order_relaxed);
  return made != nullptr;
}

/// What the kernel says of a thread.
struct Status {
  bool is_there = false;
  char state = '?';
  std::uint64_t blocked = 0;  ///< bit n − 1: signal n
};

std::uint64_t hex_after(const char* text, const char* name) {
  const char* at = std::strstr(text, name);
  if (at == nullptr) return 0;
  for (at += std::strlen(name); *at == ' ' || *at == '\t';) ++at;
  return parse_hex(&at);
}

template <std::size_t kSize>
bool read_of_thread(pid_t service, std::int32_t tid, const char* name, char (&to)[kSize]) {
  Text<96> path;
  path << "/proc/" << service << "/task/" << tid << '/' << name;
  return sys::read_text(path.c_str(), to);
}

Status status_of(pid_t service, std::int32_t tid) {
  char text[2048];
  Status status;
  if (!read_of_thread(service, tid, "status", text)) return status;
  status.is_there = true;
  if (const char* state = std::strstr(text, "\nState:\t")) status.state = state[8];
  status.blocked = hex_after(text, "\nSigBlk:");
  return status;
}

/// The stack pointer of a thread that sleeps in a system call; 0: it runs, or we may not know.
std::uint64_t sleeping_stack_pointer(pid_t service, std::int32_t tid) {
  char text[256];
  if (!read_of_thread(service, tid, "syscall", text)) return 0;
  const char* last = std::strrchr(text, ' ');  // before the instruction pointer
  if (last == nullptr || text[0] == 'r') return 0;
  const char* at = last;
  while (at > text && at[-1] != ' ') --at;
  return hex_after(at, "0x");
}

/// The books know where threads live that could not tell. 0: they do not.
std::uint64_t known_descriptor(std::int32_t tid) {
  for (const ThreadRecord& record : ledger::segment.all<ThreadRecord>(Region::threads))
    if (record.tid == tid && record.state == ThreadState::running) return record.identity;
  return 0;
}

bool is_gone(const Status& status) { return !status.is_there || status.state == 'Z'; }

/// It will not come to its handler soon. A thread that blocks the signal may do so only for a
/// moment, as libc does around the start of a thread: one that runs gets some patience, one that
/// sleeps changes nothing.
bool cannot_answer(const Status& status, int signal, bool has_had_patience) {
  const bool is_stuck = status.state == 'D' || status.state == 'T' || status.state == 't';
  const bool blocks = signal != 0 && (status.blocked >> (signal - 1) & 1) != 0;
  return is_stuck || (blocks && (status.state == 'S' || has_had_patience));
}

bool ask(pid_t service, std::int32_t tid, int signal) {
  siginfo_t info;
  std::memset(&info, 0, sizeof info);
  info.si_signo = signal;
  info.si_code = SI_QUEUE;
  info.si_pid = static_cast<pid_t>(sys::getpid());
  info.si_value.sival_ptr =
      reinterpret_cast<void*>(Request{.command = Command::stand_still}.encode());
  return !sys::failed(sys::call(SYS_rt_tgsigqueueinfo, service, tid, signal, sys::word(&info)));
}

/// Null: all are taken, or the round is over.
Slot* take_slot(std::uint32_t of_round) {
  std::uint64_t before = taken.load(std::memory_order_relaxed);
  do {
    const auto index = static_cast<std::uint32_t>(before);
    if (before >> kRoundShift != of_round || index >= kSlots) return nullptr;
  } while (!taken.compare_exchange_weak(before, before + 1, std::memory_order_relaxed));
  return slots.load(std::memory_order_relaxed) + static_cast<std::uint32_t>(before);
}

}  // namespace

bool stand_still_if_asked(const void* context) {
  const std::uint32_t now = round.load(std::memory_order_acquire);  // pairs with begin(): the table
  if (now % 2 == 0) return false;
  if (Slot* const taken_slot = take_slot(now)) {
    Slot& slot = *taken_slot;
    const auto& interrupted = *static_cast<const ucontext_t*>(context);
    slot.thread = {};
    slot.thread.tid = static_cast<std::int32_t>(sys::gettid());
    slot.thread.is_seen = true;
    slot.thread.stack_pointer = stack_pointer_of(interrupted);
    slot.thread.descriptor = pthread_self();
    copy_registers(interrupted, slot.thread.registers);
    slot.thread.vector_registers = vector_registers_of(interrupted);
    slot.round.store(now, std::memory_order_release);  // pairs with await_all()
  }
  arrivals.fetch_add(1, std::memory_order_release);
  sys::wake_all(arrivals);
  while (round.load(std::memory_order_acquire) == now &&
         sys::nanoseconds(CLOCK_MONOTONIC) < goes_on_ns.load(std::memory_order_relaxed))
    sys::wait_while(round, now, 50 * kMillisecond);
  while (sys::nanoseconds(CLOCK_MONOTONIC) < stays_until_ns.load(std::memory_order_relaxed))
    sys::wait_while(round, round.load(std::memory_order_relaxed), 50 * kMillisecond);
  return true;
}

void nobody_goes_on_before(std::uint64_t time_ns) {
  stays_until_ns.store(time_ns, std::memory_order_relaxed);
}

StillThread* Standstill::find(std::int32_t tid) {
  for (StillThread& thread : threads_)
    if (thread.tid == tid) return &thread;
  return nullptr;
}

/// Asks those that are not known yet. False: no room, or /proc does not tell.
bool Standstill::ask_all(bool* found_new) {
  Text<64> path;
  path << "/proc/" << service_ << "/task";
  const long folder = sys::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (sys::failed(folder)) return false;
  bool fits = true;
  const bool is_read = sys::for_each_number_in(static_cast<int>(folder), [&](int tid) {
    if (find(tid) != nullptr) return;
    const Status status = status_of(service_, tid);
    if (is_gone(status)) return;
    StillThread thread{};
    thread.tid = tid;
    // The signal stays pending where it is blocked: the thread stands still when it is lifted.
    const bool is_asked = signal_ != 0 && ask(service_, tid, signal_);
    thread.is_awaited = is_asked && !cannot_answer(status, signal_, false);
    fits &= threads_.push(thread);
    *found_new = true;
  });
  sys::close(static_cast<int>(folder));
  return fits && is_read;
}

/// Takes in what threads have written down since.
void Standstill::collect() {
  const Slot* table = slots.load(std::memory_order_relaxed);
  for (; next_slot_ < kSlots; ++next_slot_) {
    const Slot& slot = table[next_slot_];
    if (slot.round.load(std::memory_order_acquire) != round_) return;  // pairs with the handler
    if (StillThread* known = find(slot.thread.tid))
      *known = slot.thread;
    else
      threads_.push(slot.thread);  // it was woken by another signal that we handle
  }
}

bool Standstill::is_anyone_awaited() const {
  for (const StillThread& thread : threads_)
    if (thread.is_awaited) return true;
  return false;
}

/// Those that have ended meanwhile, or cannot come to their handler.
void Standstill::give_up_the_silent(bool has_had_patience) {
  std::size_t kept = 0;
  for (StillThread& thread : threads_) {
    if (thread.is_awaited) {
      const Status status = status_of(service_, thread.tid);
      if (is_gone(status)) continue;
      thread.is_awaited = !cannot_answer(status, signal_, has_had_patience);
    }
    threads_[kept++] = thread;
  }
  threads_.cut(kept);
}

bool Standstill::await_all(std::uint64_t deadline_ns) {
  constexpr std::uint64_t kPatience = 20 * kMillisecond;
  const std::uint64_t began = sys::nanoseconds(CLOCK_MONOTONIC);
  while (true) {
    const std::uint32_t seen = arrivals.load(std::memory_order_acquire);  // pairs with the handler
    collect();
    if (!is_anyone_awaited()) return true;
    const std::uint64_t now = sys::nanoseconds(CLOCK_MONOTONIC);
    if (now >= deadline_ns) return false;
    if (!sys::wait_while(arrivals, seen, 5 * kMillisecond))
      give_up_the_silent(now - began > kPatience);
  }
}

ReachReason Standstill::begin(pid_t service, int signal, const WaitingThread& waiting,
                              std::uint64_t deadline_ns) {
  if (!take_turn()) return ReachReason::busy;
  service_ = service, signal_ = signal;
  if (!make_slots() || !threads_.reserve(kSlots)) return end(), ReachReason::no_memory;
  if (waiting.tid != 0)
    threads_.push({.tid = waiting.tid,
                   .is_seen = true,
                   .is_awaited = false,
                   .stack_pointer = waiting.stack_pointer,
                   .descriptor = waiting.descriptor,
                   .registers = {},
                   .vector_registers = {}});
  constexpr std::uint64_t kLeaveLater = 1'000'000'000;  // ns: the fork may be slow
  goes_on_ns.store(deadline_ns + kLeaveLater, std::memory_order_relaxed);
  const std::uint32_t last = round.load(std::memory_order_relaxed);
  round_ = last + 1 + last % 2;  // odd also where a killed keeper left an odd one
  taken.store(std::uint64_t{round_} << kRoundShift, std::memory_order_relaxed);
  round.store(round_, std::memory_order_release);  // pairs with stand_still_if_asked()
  // A thread that is not asked yet may start another one.
  constexpr int kMostPasses = 16;
  for (int pass = 0; pass < kMostPasses; ++pass) {
    bool found_new = false;
    if (!ask_all(&found_new) || !await_all(deadline_ns)) break;
    if (found_new) continue;
    for (StillThread& thread : threads_) {
      if (thread.is_seen) continue;
      thread.stack_pointer = sleeping_stack_pointer(service, thread.tid);
      thread.descriptor = known_descriptor(thread.tid);
    }
    return ReachReason::none;
  }
  end();
  return ReachReason::no_answer;
}

void Standstill::end() {
  threads_.free();
  auto own = static_cast<std::int32_t>(sys::getpid());
  if (holder.load(std::memory_order_relaxed) != own) return;  // the time was up
  if (round_ % 2 != 0) {
    round.store(++round_, std::memory_order_release);  // pairs with stand_still_if_asked()
    sys::wake_all(round);
  }
  holder.compare_exchange_strong(own, 0, std::memory_order_release);  // pairs with take_turn()
}

Range standstill_pages() {
  const auto start = reinterpret_cast<std::uint64_t>(slots.load(std::memory_order_relaxed));
  return {start, start == 0 ? 0 : start + kSlots * sizeof(Slot)};
}

void forget_standstill() {
  holder.store(0, std::memory_order_relaxed);
  round.store(0, std::memory_order_relaxed);
  stays_until_ns.store(0, std::memory_order_relaxed);
}

bool Standstill::is_in_time() const {
  return sys::nanoseconds(CLOCK_MONOTONIC) < goes_on_ns.load(std::memory_order_relaxed);
}

}  // namespace leakhook::life
