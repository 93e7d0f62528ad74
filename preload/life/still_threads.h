// SPDX-License-Identifier: Apache-2.0
// How do all threads stand still for a moment, with their registers written down?
//
// A keeper, which is a process of its own in the service's memory, asks each thread by a signal; in
// its handler the thread writes down where it was and waits until the keeper lets it go on. No
// lock: a thread is one slot of a table, published last. A thread that blocks the signal is not
// waited for: what is known of it is what the kernel tells, or nothing but its stack.
#pragma once
#include <sys/types.h>

#include <cstdint>

#include "../base/room.h"
#include "../contract/layout.h"
#include "memory_map.h"
#include "registers.h"

namespace leakhook::life {

struct StillThread {
  std::int32_t tid;
  bool is_seen;                 ///< else only what the kernel tells is known
  bool is_awaited;              ///< was asked and has not answered yet
  std::uint64_t stack_pointer;  ///< 0: unknown
  std::uint64_t descriptor;     ///< its pthread_t; 0: unknown
  std::uint64_t registers[kRegisters];
  Range vector_registers;  ///< below its stack pointer, while it stands still
};

/// Handler's side: true when the thread was asked to stand still; it has done so, and goes on now.
/// `context`: the handler's third argument. Async-signal-safe.
bool stand_still_if_asked(const void* context);

/// The process ends: whoever stands still stays so until `time_ns` of CLOCK_MONOTONIC, also when
/// the keeper is done. Async-signal-safe.
void nobody_goes_on_before(std::uint64_t time_ns);

/// Where threads write down their registers.
Range standstill_pages();

/// In a forked child: whoever was asked is not here.
void forget_standstill();

/// One thread of the service is known to wait where no handler can run: the one that ends the
/// process. Its registers lie on its stack from `stack_pointer` on.
struct WaitingThread {
  std::int32_t tid = 0;
  std::uint64_t stack_pointer = 0;
  std::uint64_t descriptor = 0;
};

/// Keeper's side.
class Standstill {
 public:
  /// Asks all threads of process `service` by `signal` (0: there is none to ask with) and waits
  /// until they stand still, at most until `deadline_ns` of CLOCK_MONOTONIC. None: they do; else
  /// why not: busy, no_memory, no_answer.
  ReachReason begin(pid_t service, int signal, const WaitingThread& waiting,
                    std::uint64_t deadline_ns);
  /// Nobody has gone on by himself yet.
  bool is_in_time() const;
  /// Lets them go on.
  void end();
  const StillThread* threads() const { return threads_.begin(); }
  Range own_pages() const { return pages_of(threads_); }
  std::size_t count() const { return threads_.size(); }

 private:
  bool ask_all(bool* found_new);
  bool await_all(std::uint64_t deadline_ns);
  void collect();
  void give_up_the_silent(bool has_had_patience);
  StillThread* find(std::int32_t tid);
  bool is_anyone_awaited() const;

  PageArray<StillThread> threads_;
  pid_t service_ = 0;
  int signal_ = 0;
  std::uint32_t round_ = 0;
  std::uint32_t next_slot_ = 0;
};

}  // namespace leakhook::life
