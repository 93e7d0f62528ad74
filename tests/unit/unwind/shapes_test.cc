// SPDX-License-Identifier: Apache-2.0
// Do we see the same stack as libunwind through every shape of frame? Built several ways.
#include <alloca.h>
#include <gtest/gtest.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "../../../unwind/capture.h"
#include "../sanitized.h"
#include "call_site.h"
#include "compare.h"
#include "frames.h"
#include "splice_check.h"

namespace leakhook::unwind {
namespace {

/// Keeps a local alive and in memory, and calls from becoming tail calls.
void use(void* place) { asm volatile("" : : "r"(place) : "memory"); }

class Shapes : public testing::Test {
 protected:
  void SetUp() override {
    prepare(nullptr, system_lookup());
    known_bounds(0);
    begin_splices();
    take_comparisons();
  }
  void TearDown() override {
    const Comparisons seen = take_comparisons();
    EXPECT_EQ(seen.differ, 0);
    const SpliceTally spliced = take_tally(kWhole);
    EXPECT_EQ(spliced.differ, 0u);
    EXPECT_EQ(spliced.captures, static_cast<unsigned>(seen.stacks));
    EXPECT_GE(seen.stacks, least_);
    EXPECT_GE(seen.frames, 5 * seen.stacks * is_deep_) << "walks end early on both sides";
  }
  int least_ = 1;
  bool is_deep_ = true;
};

using Word = unsigned long;
__attribute__((noinline)) Word deep(unsigned left, Word a, Word b, Word c, Word d, Word e, Word f) {
  Word local[5] = {a, b, c, d, e};
  use(local);
  if (left == 0) {
    compare_here();
    return a;
  }
  if (left % 25 == 0) compare_here();
  const Word inner = left % 3 == 0   ? deep(left - 1, b, c, d, e, f, a)
                     : left % 3 == 1 ? deep(left - 1, c, d, e, f, a, b + left)
                                     : deep(left - 1, a * 3, b, c, d, e, f);
  use(local);
  return inner + local[left % 5] + a + b * c - d + e * f;
}

TEST_F(Shapes, DeepCallTree) {
  least_ = 9;
  deep(200, 1, 2, 3, 4, 5, 6);
}

__attribute__((noinline)) void with_alloca(int size) {
  void* room = alloca(static_cast<std::size_t>(size));
  use(room);
  compare_here();
  use(room);
}

__attribute__((noinline)) void with_vla(int size) {
  char room[size];
  use(room);
  compare_here();
  use(room);
}

__attribute__((noinline)) void over_aligned() {
  alignas(128) char room[256];
  use(room);
  compare_here();
  use(room);
}

__attribute__((noinline)) void over_aligned_with_alloca(int size) {
  alignas(64) char room[64];
  void* more = alloca(static_cast<std::size_t>(size));
  use(room);
  use(more);
  compare_here();
  use(room);
}

/// Its own rule needs the frame pointer that the inner frame saved by its rare rule.
__attribute__((noinline)) void over_aligned_inside_alloca(int size) {
  void* room = alloca(static_cast<std::size_t>(size));
  use(room);
  over_aligned_with_alloca(size);
  use(room);
}

__attribute__((noinline)) int many_arguments(int a, int b, int c, int d, int e, int f, int g, int h,
                                             int i) {
  compare_here();
  return a + b + c + d + e + f + g + h + i;
}

TEST_F(Shapes, FramesOfVaryingSize) {
  least_ = 18;
  for (const int size : {1, 100, 5000}) {
    with_alloca(size);
    with_vla(size);
    over_aligned();
    over_aligned_with_alloca(size);
    over_aligned_inside_alloca(size);
    many_arguments(1, 2, 3, 4, 5, 6, 7, 8, size);
  }
}

TEST_F(Shapes, RareFrames) {
  least_ = 3;
  frame_with_cfa_elsewhere(compare_callback, nullptr);
  frame_by_expression(compare_callback, nullptr);
  frame_with_wild_frame_pointer(compare_callback, nullptr);
}

struct ComparesWhenDestroyed {
  ~ComparesWhenDestroyed() { compare_here(); }
};

__attribute__((noinline)) void throws(int depth) {
  ComparesWhenDestroyed local;
  use(&local);
  if (depth == 0) throw std::runtime_error("thrown");
  throws(depth - 1);
  use(&local);
}

TEST_F(Shapes, ThrowAndCatch) {
  least_ = 8;
  try {
    throws(5);
  } catch (const std::exception&) {
    compare_here();
  }
  compare_here();
}

TEST_F(Shapes, CallbackOfTheCLibrary) {
  int numbers[20];
  for (int i = 0; i < 20; ++i) numbers[i] = i * 7 % 20;
  std::qsort(numbers, 20, sizeof(int), [](const void* a, const void* b) {
    compare_here();
    return *static_cast<const int*>(a) - *static_cast<const int*>(b);
  });
  least_ = 19;
}

jmp_buf g_back;
/// Ends by longjmp only.
__attribute__((noinline)) void jumps(int depth) {
  char room[100];
  use(room);
  compare_here();
  if (depth == 0) longjmp(g_back, 1);
  if (depth > 0) jumps(depth - 1);
  use(room);
}

TEST_F(Shapes, LongJump) {
  least_ = 5;
  if (setjmp(g_back) == 0) jumps(3);
  compare_here();
}

TEST_F(Shapes, Thread) {
  is_deep_ = false;
  std::thread([] { with_alloca(10); }).join();
}

// --- signals
// ----------------------------------------------------------------------------------------

class Signals : public Shapes {
 protected:
  static constexpr std::size_t kSize = 64 * 1024;
  void SetUp() override {
    Shapes::SetUp();
    alternate_.reset(new char[kSize]);
    const stack_t stack{alternate_.get(), 0, kSize};
    sigaltstack(&stack, &before_);
  }
  void TearDown() override {
    sigaltstack(&before_, nullptr);
    Shapes::TearDown();
  }
  static void install(int signal, int flags, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_flags = flags;
    action.sa_handler = handler;
    sigaction(signal, &action, nullptr);
  }
  std::unique_ptr<char[]> alternate_;
  stack_t before_{};
};

TEST_F(Signals, HandlerOnTheSameStack) {
  install(SIGUSR1, 0, [](int) { compare_here(); });
  raise(SIGUSR1);
}

TEST_F(Signals, HandlerOnAnAlternateStack) {
  install(SIGUSR1, SA_ONSTACK, [](int) { compare_here(); });
  raise(SIGUSR1);
}

TEST_F(Signals, NestedHandlers) {
  least_ = 3;
  install(SIGUSR1, SA_ONSTACK, [](int) {
    compare_here();
    raise(SIGUSR2);
    compare_here();
  });
  install(SIGUSR2, 0, [](int) { with_alloca(50); });
  raise(SIGUSR1);
}

TEST_F(Signals, FaultInsideAFunction) {
  static sigjmp_buf back;
  install(SIGSEGV, SA_ONSTACK, [](int) {
    compare_here();
    siglongjmp(back, 1);
  });
  if (sigsetjmp(back, 1) == 0) asm volatile("movb $1, 0" : : : "memory");
  install(SIGSEGV, 0, SIG_DFL);
}

/// With the trap flag every instruction raises SIGTRAP: prologues, epilogues, PLT stubs, the
/// loader.
void set_trap_flag() {
  asm volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq" : : : "memory", "cc");
}
void clear_trap_flag() {
  asm volatile("pushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq" : : : "memory", "cc");
}

// Called nowhere else: its first call goes through the lazy binding of the loader.
extern "C" __attribute__((weak)) double j0(double);

TEST_F(Signals, EveryInstructionOfACallTree) {
  if (kIsThreadSanitized) {
    least_ = 0;
    GTEST_SKIP() << "the sanitizer does not live with SIGTRAP at each of its own instructions";
  }
  least_ = 2000;
  static volatile int compared;
  install(SIGTRAP, SA_ONSTACK, [](int) {
    compared = compared + 1;
    compare_here();
  });
  set_trap_flag();
  double result = j0(1.5);
  use(&result);
  std::string text(100, 'x');
  text += std::to_string(compared);
  void* block = std::malloc(3000);
  use(block);
  std::free(block);
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  clear_trap_flag();
  install(SIGTRAP, 0, SIG_DFL);
}

// --- coroutines
// -------------------------------------------------------------------------------------

ucontext_t g_main;
ucontext_t g_coroutine;

void coroutine() {
  compare_here();
  over_aligned_with_alloca(100);
  swapcontext(&g_coroutine, &g_main);
  compare_here();
}

void run_on(void* stack, std::size_t size) {
  getcontext(&g_coroutine);
  g_coroutine.uc_stack.ss_sp = stack;
  g_coroutine.uc_stack.ss_size = size;
  g_coroutine.uc_link = &g_main;
  makecontext(&g_coroutine, coroutine, 0);
  swapcontext(&g_main, &g_coroutine);
  compare_here();
  swapcontext(&g_main, &g_coroutine);
}

TEST_F(Shapes, CoroutineOnItsOwnStack) {
  least_ = 8;
  is_deep_ = false;
  constexpr std::size_t kSize = 64 * 1024;
  void* mapped = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  run_on(mapped, kSize);
  munmap(mapped, kSize);
  void* allocated = std::malloc(kSize);
  run_on(allocated, kSize);
  std::free(allocated);
}

}  // namespace
}  // namespace leakhook::unwind
