// SPDX-License-Identifier: Apache-2.0
// exit and return come through __cxa_atexit, quick_exit through its own list, _exit through its
// hook, deadly signals through their handlers. A raw exit_group reaches nothing: LEAKHOOK_DIR is
// for that.
#include "ending.h"

#include <pthread.h>

#include <atomic>

#include "../base/system.h"
#include "../ledger/attention.h"
#include "../ledger/segment.h"
#include "birth.h"
#include "keeper.h"
#include "life.h"
#include "process.h"
#include "sandbox.h"
#include "still_threads.h"

extern "C" int __cxa_atexit(void (*function)(void*), void* argument, void* library);
extern "C" [[gnu::weak]] int __cxa_at_quick_exit(void (*function)(void*),
                                                 void* library);  // not in musl

namespace leakhook::life {
namespace {

/// The pid that has had its last dump: a forked child inherits the parent's word, not its end.
constinit std::atomic<std::int32_t> ended{0};

/// Without us the other threads would be gone by now: they stand still while the last dump is made,
/// and the signal for that must not bring them back from their sleep to do something yet. No longer
/// than this: whoever still runs behind us may wait for them.
constexpr std::uint64_t kLongestStay = 10'000'000'000;  // ns
constexpr std::uint64_t kStayAfterwards = 1'000'000'000;

bool wants_last_dump() {
  const std::uint64_t limit = process.settings.CHILD_EXIT.nanoseconds;
  if (!process.settings.AT_EXIT) return false;
  if (process.is_first_of_tree) return true;
  return limit != setting::Duration::kNever && age_of_process() >= limit;
}

/// The calling thread. `frame`: of the function that wrote the registers down, right below it.
WaitingThread this_thread_waits(const void* frame) {
  WaitingThread waiting;
  waiting.tid = static_cast<std::int32_t>(sys::gettid());
  waiting.stack_pointer = reinterpret_cast<std::uint64_t>(frame) - kSavedBelowFrame;
  waiting.descriptor = pthread_self();
  return waiting;
}

}  // namespace

void watch_endings() {
  // No library handle: such functions run after the destructors of all libraries.
  __cxa_atexit([](void*) { process_ends(); }, nullptr, nullptr);
  if (&__cxa_at_quick_exit != nullptr) __cxa_at_quick_exit([](void*) { process_ends(); }, nullptr);
}

/// What its callers hold in registers is roots: here they are written to the stack.
[[gnu::noinline]] void process_ends() {
  __builtin_unwind_init();
  if (!may_dump()) return;
  const auto pid = static_cast<std::int32_t>(sys::getpid());
  if (ledger::this_thread.vforked != 0 && ledger::segment.owner != pid) return;
  if (!come_alive()) return;
  if (!wants_last_dump()) return await_keepers();
  if (ended.exchange(pid) == pid) return;
  ledger::OwnWork work;
  ledger::segment.header->state.store(ProcessState::ending, std::memory_order_relaxed);
  Request request;
  if (process.settings.REACH != ReachWhen::off) request.labels = kLabelReach;
  nobody_goes_on_before(sys::nanoseconds(CLOCK_MONOTONIC) + kLongestStay);
  keep_and_wait(request, this_thread_waits(__builtin_frame_address(0)));
  nobody_goes_on_before(sys::nanoseconds(CLOCK_MONOTONIC) + kStayAfterwards);
}

}  // namespace leakhook::life
