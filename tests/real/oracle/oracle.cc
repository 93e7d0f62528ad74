// SPDX-License-Identifier: Apache-2.0
// Do our stacks equal libunwind's in a real program? A preload library that takes both at every
// malloc.
//
// At the end one line goes to the file named by ORACLE_OUT: "oracle: N stacks, M differ (program)".
// The first stacks that differ follow, both versions, as object+offset. ORACLE_EVERY=n takes every
// nth.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "../../../unwind/capture.h"
#include "../../../unwind/last_stack.h"
#include "../../unit/unwind/cached_stacks.h"

namespace {

using leakhook::unwind::Address;
using leakhook::unwind::CachedStacks;
using leakhook::unwind::Captured;
using leakhook::unwind::End;
using leakhook::unwind::LastStack;
using leakhook::unwind::Object;
using leakhook::unwind::StackBounds;

constexpr unsigned kMaxFrames = 512;
constexpr unsigned kShown = 5;

thread_local bool t_is_inside __attribute__((tls_model("initial-exec")));
thread_local Address t_stack_high __attribute__((tls_model("initial-exec")));
thread_local Address t_stack_low __attribute__((tls_model("initial-exec")));

std::atomic<bool> g_is_ready;
std::atomic<unsigned> g_calls;
std::atomic<unsigned> g_stacks;
std::atomic<unsigned> g_differ;
std::atomic<unsigned> g_splices_differ;
std::atomic<unsigned> g_remembered;
std::atomic<unsigned> g_cached;
std::atomic<unsigned> g_ends[4];
unsigned g_every = 1;
int g_out = -1;

using Malloc = void* (*)(size_t);

Malloc real_malloc() {
  static std::atomic<Malloc> found;
  Malloc real = found.load(std::memory_order_relaxed);
  if (real == nullptr) {
    real = reinterpret_cast<Malloc>(dlsym(RTLD_NEXT, "malloc"));
    found.store(real, std::memory_order_relaxed);
  }
  return real;
}

void print_frame(const char* side, Address pc) {
  char line[300];
  Object object;
  int length = 0;
  if (leakhook::unwind::find_object(pc, &object)) {
    length =
        snprintf(line, sizeof line, "  %s %s+%#lx\n", side, object.path, pc - object.load_bias);
  } else {
    length = snprintf(line, sizeof line, "  %s %#lx\n", side, pc);
  }
  (void)!write(g_out, line, static_cast<size_t>(length));
}

void print_difference(std::span<const Address> ours, End end, std::span<void* const> theirs) {
  if (g_out < 0) return;
  char line[100];
  const int length = snprintf(line, sizeof line, "differs: %zu frames (end %d), libunwind %zu\n",
                              ours.size(), static_cast<int>(end), theirs.size());
  (void)!write(g_out, line, static_cast<size_t>(length));
  for (const Address pc : ours) print_frame("ours  ", pc);
  for (void* pc : theirs) print_frame("theirs", reinterpret_cast<Address>(pc));
}

/// pthread_getattr_np allocates: call with t_is_inside set.
StackBounds bounds_here(Address sp) {
  if (t_stack_high == 0) {
    pthread_attr_t attributes;
    void* low = nullptr;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
      pthread_attr_getstack(&attributes, &low, &size);
      pthread_attr_destroy(&attributes);
    }
    t_stack_low = reinterpret_cast<Address>(low);
    t_stack_high = t_stack_low + size;
  }
  if (sp < t_stack_low || sp >= t_stack_high) return {0, 0};
  return {sp, t_stack_high};
}

struct Remembered {
  LastStack last;
  CachedStacks cached;
};

/// What this thread remembers. Not given back: a test has few threads.
Remembered* remembered() {
  static thread_local Remembered* mine __attribute__((tls_model("initial-exec")));
  if (mine == nullptr) {
    void* memory = mmap(nullptr, sizeof(Remembered), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) abort();
    mine = static_cast<Remembered*>(memory);
    mine->last.prepare();
    mine->cached.begin();
  }
  return mine;
}

/// The spliced stack against the one that was walked afresh: frames, end and hash. And what the
/// cache of stacks takes it for.
bool splices_alike(const leakhook::unwind::CallSite& site, const StackBounds& bounds,
                   std::span<const Address> walked, End walked_end) {
  Remembered* mine = remembered();
  LastStack* last = &mine->last;
  const End end = leakhook::unwind::capture(site, bounds, last);
  if (last->known != 0) g_remembered.fetch_add(1, std::memory_order_relaxed);
  bool is_equal = end == walked_end && last->size() == walked.size();
  std::uint64_t hash = 0;
  for (std::size_t i = 0; is_equal && i < walked.size(); ++i) {
    const Address pc = walked[walked.size() - 1 - i];
    is_equal = (*last)[static_cast<std::uint32_t>(i)] == pc;
    hash = LastStack::step(hash, pc);
  }
  is_equal = is_equal && hash == last->hash();
  if (!bounds.contains(site.cfa)) return is_equal;
  const unsigned found = mine->cached.found;
  is_equal = mine->cached.is_right(site, bounds, *last) && is_equal;
  g_cached.fetch_add(mine->cached.found - found, std::memory_order_relaxed);
  return is_equal;
}

__attribute__((noinline)) void compare(const leakhook::unwind::CallSite& site) {
  Address ours[kMaxFrames];
  void* theirs[kMaxFrames + 2];
  const auto sp = reinterpret_cast<Address>(__builtin_frame_address(0));
  const Captured captured = leakhook::unwind::capture(site, bounds_here(sp), ours);
  if (!splices_alike(site, bounds_here(sp), {ours, captured.count}, captured.end))
    g_splices_differ.fetch_add(1, std::memory_order_relaxed);
  // compare() and malloc come first there.
  const int count = unw_backtrace(theirs, kMaxFrames + 2) - 2;
  g_stacks.fetch_add(1, std::memory_order_relaxed);
  g_ends[static_cast<int>(captured.end)].fetch_add(1, std::memory_order_relaxed);
  bool is_equal = count == static_cast<int>(captured.count);
  for (int i = 0; is_equal && i < count; ++i) {
    is_equal = ours[i] == reinterpret_cast<Address>(theirs[i + 2]);
  }
  if (is_equal) return;
  if (g_differ.fetch_add(1, std::memory_order_relaxed) >= kShown) return;
  print_difference({ours, captured.count}, captured.end,
                   {theirs + 2, static_cast<size_t>(count < 0 ? 0 : count)});
}

__attribute__((constructor)) void begin() {
  t_is_inside = true;
  // Objects that are loaded later are found, too.
  const auto lookup =
      reinterpret_cast<leakhook::unwind::SystemLookup>(dlsym(RTLD_DEFAULT, "_dl_find_object"));
  leakhook::unwind::prepare(nullptr, lookup);
  const char* out = getenv("ORACLE_OUT");
  if (out != nullptr) g_out = open(out, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const char* every = getenv("ORACLE_EVERY");
  if (every != nullptr && atoi(every) > 0) g_every = static_cast<unsigned>(atoi(every));
  g_is_ready = true;
  t_is_inside = false;
}

__attribute__((destructor)) void finish() {
  g_is_ready = false;
  if (g_out < 0) return;
  char line[200];
  const int length =
      snprintf(line, sizeof line,
               "oracle: %u stacks, %u differ, %u of %u spliced ones differ, %u cached (%s; "
               "ends: %u outermost, %u cut, %u no rule, %u unreadable)\n",
               g_stacks.load(), g_differ.load(), g_splices_differ.load(), g_remembered.load(),
               g_cached.load(), program_invocation_short_name, g_ends[0].load(), g_ends[1].load(),
               g_ends[2].load(), g_ends[3].load());
  (void)!write(g_out, line, static_cast<size_t>(length));
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void* malloc(size_t size) {
  void* block = real_malloc()(size);
  if (t_is_inside || !g_is_ready.load(std::memory_order_acquire)) return block;
  if (g_calls.fetch_add(1, std::memory_order_relaxed) % g_every != 0) return block;
  t_is_inside = true;
  const int kept = errno;
  auto* frame = static_cast<const Address*>(__builtin_frame_address(0));
  compare({{reinterpret_cast<Address>(__builtin_return_address(0))},
           reinterpret_cast<Address>(frame) + 16,
           *frame});
  errno = kept;
  t_is_inside = false;
  return block;
}
