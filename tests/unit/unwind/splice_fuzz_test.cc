// SPDX-License-Identifier: Apache-2.0
// Does the splice agree with the full walk and with libunwind on random call trees? Built several
// ways.
//
// Every frame is one of the shapes below, drawn at random, and captures on the way down and up:
// parts of the stack stay, others are called from elsewhere. SPLICE_FUZZ_SEEDS=n runs n more seeds.
#include <alloca.h>
#include <gtest/gtest.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <cstdlib>
#include <random>
#include <stdexcept>

#include "../../../unwind/capture.h"
#include "call_site.h"
#include "compare.h"
#include "frames.h"
#include "splice_check.h"

namespace leakhook::unwind {
namespace {

std::mt19937 g_random;
unsigned g_captures;
jmp_buf* g_jump_to;
bool g_is_in_coroutine;

unsigned below(unsigned limit) { return static_cast<unsigned>(g_random() % limit); }

/// Keeps a local alive and in memory, and calls from becoming tail calls.
void use(void* place) { asm volatile("" : : "r"(place) : "memory"); }

/// The oracle is slow: it sees every eighth stack.
void capture_here() {
  if (++g_captures % 8 == 0) {
    compare_here();
  } else {
    splice_here();
  }
}

void tree(unsigned left);

__attribute__((noinline)) void plain(unsigned left) {
  char room[24];
  use(room);
  // Two calls from one frame: the same stack but for one return address.
  if (below(2) == 0) {
    tree(left);
  } else {
    tree(left / 2);
    use(room);
  }
  use(room);
}

__attribute__((noinline)) void with_alloca(unsigned left) {
  void* room = alloca(16 + 16 * below(4));
  use(room);
  tree(left);
  use(room);
}

__attribute__((noinline)) void with_two_allocas(unsigned left) {
  void* room = alloca(16 + 16 * below(2));
  use(room);
  capture_here();
  void* more = alloca(16 + 16 * below(2));
  use(more);
  tree(left);
  use(room);
}

__attribute__((noinline)) void with_vla(unsigned left) {
  char room[16 + 8 * below(5)];
  use(room);
  tree(left);
  use(room);
}

__attribute__((noinline)) void over_aligned(unsigned left) {
  alignas(64) char room[128];
  use(room);
  tree(left);
  use(room);
}

__attribute__((noinline)) void over_aligned_with_alloca(unsigned left) {
  alignas(64) char room[64];
  void* more = alloca(16 * below(4) + 1);
  use(room);
  use(more);
  tree(left);
  use(room);
}

__attribute__((noinline)) unsigned many_registers(unsigned left, unsigned a, unsigned b, unsigned c,
                                                  unsigned d, unsigned e, unsigned f) {
  tree(left);
  use(&left);
  if (below(3) == 0) tree(left / 2);
  return a + b * c - d + e * f;
}

__attribute__((noinline)) void throwing(unsigned left) {
  try {
    tree(left / 2);
    if (below(2) == 0) throw std::runtime_error("thrown");
    tree(left / 2);
  } catch (const std::exception&) {
    capture_here();
    tree(left / 2);
  }
}

__attribute__((noinline)) void jumping(unsigned left) {
  jmp_buf here;
  jmp_buf* const before = g_jump_to;
  g_jump_to = &here;
  if (setjmp(here) == 0) tree(left);
  g_jump_to = before;
  capture_here();
}

__attribute__((noinline)) void sorting(unsigned) {
  int numbers[4] = {4, 1, 3, 2};
  // No frame of the C library is jumped over: it may have allocated.
  jmp_buf* const before = g_jump_to;
  g_jump_to = nullptr;
  std::qsort(numbers, 4, sizeof(int), [](const void* a, const void* b) {
    tree(1);
    return *static_cast<const int*>(a) - *static_cast<const int*>(b);
  });
  g_jump_to = before;
}

__attribute__((noinline)) void signalled(unsigned left) {
  // The thread sanitizer forbids a handler what these trees do: to throw.
  if (kIsSanitized) return tree(left);
  jmp_buf* const before = g_jump_to;
  g_jump_to = nullptr;
  raise(below(2) == 0 ? SIGUSR1 : SIGUSR2);
  g_jump_to = before;
  capture_here();
}

void coroutine() {
  tree(3);
  capture_here();
}

__attribute__((noinline)) void on_another_stack(unsigned left) {
  if (g_is_in_coroutine) return tree(left);
  constexpr std::size_t kSize = 256 * 1024;
  static void* stack =
      mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ucontext_t here;
  ucontext_t there;
  getcontext(&there);
  there.uc_stack.ss_sp = stack;
  there.uc_stack.ss_size = kSize;
  there.uc_link = &here;
  jmp_buf* const before = g_jump_to;
  g_jump_to = nullptr;
  g_is_in_coroutine = true;
  makecontext(&there, coroutine, 0);
  swapcontext(&here, &there);
  g_is_in_coroutine = false;
  g_jump_to = before;
  tree(left);
}

__attribute__((noinline)) void rarely(unsigned) {
  jmp_buf* const before = g_jump_to;
  g_jump_to = nullptr;
  const auto inside = [](void*) { tree(1); };
  (below(2) == 0 ? frame_with_cfa_elsewhere : frame_with_wild_frame_pointer)(inside, nullptr);
  g_jump_to = before;
}

__attribute__((noinline)) void tree(unsigned left) {
  if (below(3) == 0) capture_here();
  if (left == 0) return capture_here();
  if (g_jump_to != nullptr && below(60) == 0) longjmp(*g_jump_to, 1);
  using Shape = void (*)(unsigned);
  static constexpr Shape kUsual[] = {plain,    plain,        with_alloca, with_two_allocas,
                                     with_vla, over_aligned, throwing,    jumping};
  static constexpr Shape kRare[] = {sorting, signalled, on_another_stack, rarely,
                                    over_aligned_with_alloca};
  if (below(25) == 0) return kRare[below(5)](left - 1);
  if (below(8) == 0) {
    many_registers(left - 1, left, 2, 3, 4, 5, 6);
  } else {
    kUsual[below(8)](left - 1);
  }
  use(&left);
}

/// Some frames outside that stay, so that there is something to be remembered.
__attribute__((noinline)) void grow(unsigned outer) {
  if (outer != 0) {
    grow(outer - 1);
  } else {
    for (int i = 0; i < 400; ++i) tree(4 + below(8));
  }
  use(&outer);
}

void run(unsigned seed) {
  g_random.seed(seed);
  g_captures = 0;
  grow(below(30));
}

class SpliceFuzz : public testing::Test {
 protected:
  void SetUp() override {
    prepare(nullptr, system_lookup());
    known_bounds(0);
    begin_splices();
    take_comparisons();
    for (const int signal : {SIGUSR1, SIGUSR2}) {
      struct sigaction action {};
      action.sa_handler = [](int) { tree(2); };
      action.sa_flags = SA_NODEFER;
      sigaction(signal, &action, nullptr);
    }
  }
};

TEST_F(SpliceFuzz, AgreesWithTheFullWalkAndLibunwind) {
  const char* more = std::getenv("SPLICE_FUZZ_SEEDS");
  const unsigned seeds = 40 + (more == nullptr ? 0 : static_cast<unsigned>(std::atoi(more)));
  unsigned captures = 0;
  for (unsigned seed = 1; seed <= seeds && !HasFailure(); ++seed) {
    run(seed);
    captures += g_captures;
    const Comparisons seen = take_comparisons();
    ASSERT_EQ(seen.differ, 0) << "seed " << seed;
    ASSERT_EQ(static_cast<unsigned>(seen.stacks), g_captures / 8);
  }
  const SpliceTally whole = take_tally(kWhole);
  RecordProperty("captures", static_cast<int>(captures));
  RecordProperty("remembered", static_cast<int>(whole.remembered));
  EXPECT_EQ(whole.differ, 0u);
  EXPECT_EQ(whole.captures, captures);
  EXPECT_GT(captures, seeds * 2000);
  EXPECT_GT(whole.remembered, captures / 4 * 3);
  EXPECT_GT(whole.common, captures) << "some frames outside stay";
  EXPECT_GT(whole.kept, whole.common / 10 * 9);
  RecordProperty("common", static_cast<int>(whole.common));
  RecordProperty("kept", static_cast<int>(whole.kept));
  RecordProperty("found_in_cache", static_cast<int>(found_in_cache()));
  EXPECT_GT(found_in_cache(), seeds * 50) << "trees are random: few stacks come again";
  EXPECT_GT(take_tally(kWithoutSlots).differ, 0u);
}

}  // namespace
}  // namespace leakhook::unwind
