// SPDX-License-Identifier: Apache-2.0
// The hooks of threads: their start, their end in all ways, their names.
//
// A thread runs in a frame of ours around its start routine. Without exceptions and without
// libgcc_s that frame still sees cancellation and pthread_exit: it has a personality routine of its
// own, which the unwinder that runs through the stack calls on the way out. Nothing is caught and
// nothing is resumed, so an exception that escapes the start routine ends the process as before.
#include <errno.h>
#include <linux/prctl.h>

#include "caller_object.h"
#include "declarations.h"
#include "sandbox_calls.h"

namespace leakhook {
namespace {

/// The record of this thread while its start routine runs.
thread_local ThreadRecord* running_thread __attribute__((tls_model("initial-exec"))) = nullptr;

void leave() {
  ThreadRecord* thread = running_thread;
  running_thread = nullptr;
  if (thread != nullptr) ledger::thread_ends(thread);
}

void enter(ThreadRecord* thread) {
  running_thread = thread;
  ledger::thread_enters(thread, static_cast<std::uint64_t>(pthread_self()));
}

}  // namespace

/// What the unwinder does with our frame (Itanium C++ ABI, _Unwind_Personality_Fn).
extern "C" __attribute__((visibility("hidden"), used)) int leakhook_thread_unwinds(int, int actions,
                                                                                   std::uint64_t,
                                                                                   void*, void*) {
  constexpr int kCleanupPhase = 2, kForced = 8, kContinueUnwind = 8;
  if ((actions & kForced) != 0 && (actions & kCleanupPhase) != 0) leave();
  return kContinueUnwind;
}

namespace {

// 0x1b: the routine's address is relative to the place where it stands, four bytes.
#define LEAKHOOK_SEES_UNWINDING __asm__ volatile(".cfi_personality 0x1b, leakhook_thread_unwinds")

/// Without a frame pointer: it lies under every stack of the thread, and a frame that is left by
/// its frame pointer costs each capture a look (unwind/x86_64/splice.h).
template <class R>
__attribute__((noinline, optimize("omit-frame-pointer"))) R run_thread(void* argument) {
  LEAKHOOK_SEES_UNWINDING;
  auto* thread = static_cast<ThreadRecord*>(argument);
  const auto start = reinterpret_cast<R (*)(void*)>(thread->start);
  void* given = reinterpret_cast<void*>(thread->argument);
  enter(thread);
  const R result = start(given);
  leave();
  return result;
}

/// What pthread_create will do with these attributes; null: the defaults.
struct Attributes {
  std::size_t stack_size = 0;
  int detached = PTHREAD_CREATE_JOINABLE;

  explicit Attributes(const pthread_attr_t* given) {
    if (real::borrowed::attributes_stack_size == nullptr) real::resolve_all();
    if (real::borrowed::attributes_stack_size == nullptr) return;
    if (given != nullptr) {
      read(given);
      return;
    }
    pthread_attr_t defaults;
    if (real::borrowed::attributes_init(&defaults) != 0) return;
    read(&defaults);
    real::borrowed::attributes_destroy(&defaults);
  }

 private:
  void read(const pthread_attr_t* attributes) {
    real::borrowed::attributes_stack_size(attributes, &stack_size);
    real::borrowed::attributes_detached(attributes, &detached);
  }
};

/// In the creator, after success. A thread that runs already has told its identity itself, and may
/// have freed the place where its creator wanted it.
void created(ThreadRecord* thread, bool is_detached, const pthread_t* identity) {
  if (is_detached || __atomic_load_n(&thread->identity, __ATOMIC_RELAXED) != 0) return;
  ledger::thread_created(thread, static_cast<std::uint64_t>(*identity));
}

/// A thread that libc makes for timers and the like: it comes through our hook where those have a
/// library of their own (glibc 2.33 and older), and nobody could give it back.
bool is_made_for_timers(const ledger::Caller& caller) {
  if (real::borrowed::find_object != nullptr) return false;  // a newer one
  const auto* object = dynamic_section_at(reinterpret_cast<const void*>(caller.pc.value)).entries;
  const auto* timers = reinterpret_cast<const void*>(real::timer_create);
  return object != nullptr && object == dynamic_section_at(timers).entries;
}

}  // namespace

int hook_pthread_create(pthread_t* identity, const pthread_attr_t* attributes,
                        void* (*start)(void*), void* argument) {
  if (is_made_for_timers(LEAKHOOK_CALLER)) {
    ledger::second_thread_comes();
    return real::pthread_create(identity, attributes, start, argument);
  }
  const int kept = errno;
  const Attributes known(attributes);
  errno = kept;
  const bool is_detached = known.detached == PTHREAD_CREATE_DETACHED;
  ThreadRecord* thread = ledger::thread_starts(LEAKHOOK_CALLER, reinterpret_cast<void*>(start),
                                               argument, known.stack_size, is_detached);
  if (thread == nullptr) return real::pthread_create(identity, attributes, start, argument);
  const int error = real::pthread_create(identity, attributes, run_thread<void*>, thread);
  if (error != 0)
    ledger::thread_start_failed(thread);
  else
    created(thread, is_detached, identity);
  return error;
}

int hook_thrd_create(thrd_t* identity, thrd_start_t start, void* argument) {
  const int kept = errno;
  const Attributes known(nullptr);
  errno = kept;
  ThreadRecord* thread = ledger::thread_starts(LEAKHOOK_CALLER, reinterpret_cast<void*>(start),
                                               argument, known.stack_size, false);
  if (thread == nullptr) return real::thrd_create(identity, start, argument);
  const int result = real::thrd_create(identity, run_thread<int>, thread);
  if (result != thrd_success)
    ledger::thread_start_failed(thread);
  else
    created(thread, false, identity);
  return result;
}

int hook_pthread_setname_np(pthread_t thread, const char* name) {
  const int error = real::pthread_setname_np(thread, name);
  if (error == 0) ledger::thread_named(static_cast<std::uint64_t>(thread), name);
  return error;
}

int hook_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
  note_prctl(option, a, b);
  const int result = real::prctl(option, a, b, c, d);
  if (option == PR_SET_NAME && result == 0)
    ledger::thread_named(0, reinterpret_cast<const char*>(a));
  return result;
}

}  // namespace leakhook
