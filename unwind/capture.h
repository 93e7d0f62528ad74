// SPDX-License-Identifier: Apache-2.0
// Where are we? The stack of the calling thread as return addresses, innermost first.
//
// Contract of everything here but prepare(): async-signal-safe, never allocates, never faults,
// never takes the loader lock, makes no system call on the usual path, uses less than 1 KiB of
// stack, bounded by the caller's span.
#pragma once
#include <cstdint>
#include <span>

#include "address.h"

namespace leakhook::unwind {

/// The state of a function at the point where it called us: what the first step starts from.
/// `pc` is a return address into that function, `cfa` the stack pointer after our return,
/// `frame_pointer` the value its frame-pointer register will have then.
struct CallSite {
  ReturnAddress pc;
  Address cfa;
  Address frame_pointer;
};

/// The part of the address space [low, high) that is known to be this thread's readable stack.
/// {0, 0}: nothing is known, every page is asked for first (coroutines, alternate stacks).
struct StackBounds {
  Address low;
  Address high;
  bool contains(Address a) const { return a >= low && a < high; }
};

/// How a walk ended.
enum class End : std::uint8_t {
  outermost,   ///< the outermost frame of the thread: the whole stack
  cut,         ///< the span was full
  no_rule,     ///< no unwind rule and no credible frame pointer (JIT code, assembly)
  unreadable,  ///< the next frame's memory cannot be read or does not lie above the last one
};

struct Captured {
  std::uint32_t count;  ///< how many addresses were written
  End end;
};

struct LastStack;

/// A loaded object (executable, library, vdso) in which a frame was found.
struct Object {
  Address start;         ///< lowest mapped address: its ELF header
  Address end;           ///< one past its highest mapped address
  Address load_bias;     ///< run-time address − address in the file
  const char* path;      ///< owned by the loader, "" for the main program; valid while loaded
  Address eh_frame_hdr;  ///< its PT_GNU_EH_FRAME, 0 when it has none
};

/// Called for an object when a rule is compiled for an address in it, thus before the first
/// stack with a frame there is returned, and again after forget_rules(). Must keep capture's
/// contract.
using ObjectObserver = void (*)(const Object&);

/// The C library's lock-free way to find an object, _dl_find_object (glibc 2.35 and later).
struct SystemAnswer;
using SystemLookup = int (*)(void* address, SystemAnswer* answer);

/// Once, before the first capture, where allocating and taking the loader lock is fine (a
/// constructor). `lookup`: null where the C library has none.
void prepare(ObjectObserver observer, SystemLookup lookup);

/// Writes the return addresses of the stack into `out`: out[0] is site.pc. Walks every frame.
Captured capture(const CallSite& site, const StackBounds& bounds, std::span<Address> out);

/// The same stack, found by comparing it with the thread's last one: see last_stack.h. Afterwards
/// `last` holds its frames. Requires: `last` is used by one capture at a time, and by one thread
/// for as long as it knows anything.
End capture(const CallSite& site, const StackBounds& bounds, LastStack* last);

/// The same without asking. Requires: the site's return address stands at its slot (cfa − 8), a
/// word of the stack of `bounds`, as that of a hook's own frame does; and what `last` knows is of
/// that stack.
End capture_on_own_stack(const CallSite& site, const StackBounds& bounds, LastStack* last);

/// Which object holds this address now? False: none (JIT, a closed library).
bool find_object(Address pc, Object* object);

/// A library was closed: its addresses may soon mean something else. After the real dlclose,
/// outside of anybody's locks: see learn_objects().
void forget_rules();

/// A library was opened. Does nothing where the C library finds objects without a lock (glibc 2.35
/// and later); elsewhere, as forget_rules() does too, it reads the list of objects anew and takes
/// the loader lock for that, which the calling thread has just given back.
void learn_objects();

/// In a new process (after fork): gives up what another thread held at that moment.
void reset_after_fork();

}  // namespace leakhook::unwind
