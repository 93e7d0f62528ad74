// SPDX-License-Identifier: Apache-2.0
// Do we see the same stack as libgcc's unwinder through shapes of frames that compilers make, and
// through those of ../frames.h? AArch64.
#include <alloca.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unwind.h>

#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

#include "../../../../unwind/capture.h"
#include "../call_site.h"
#include "../frames.h"
#include "machine.h"

/// Signs its return address; keeps its frame record at the upper end of its frame.
extern "C" void frame_with_signed_return(Callback callback, void* argument);
extern "C" void frame_with_record_above(Callback callback, void* argument);

namespace leakhook::unwind {
namespace {

int g_compared;
std::size_t g_deepest;

void use(void* place) { asm volatile("" : : "r"(place) : "memory"); }

/// The frames outside the function that calls this.
std::vector<Address> of_libgcc() {
  std::vector<Address> frames;
  _Unwind_Backtrace(
      [](_Unwind_Context* context, void* into) {
        const Address pc = _Unwind_GetIP(context);
        if (pc != 0) static_cast<std::vector<Address>*>(into)->push_back(pc);
        return _URC_NO_REASON;
      },
      &frames);
  return frames;
}

__attribute__((noinline)) void compare_here() {
  Address ours[512];
  const Captured captured = capture(CALL_SITE, {0, 0}, ours);
  EXPECT_EQ(captured.end, End::outermost);
  std::vector<Address> theirs = of_libgcc();
  while (!theirs.empty() && theirs.front() != ours[0]) theirs.erase(theirs.begin());
  EXPECT_EQ(std::vector<Address>(ours, ours + captured.count), theirs);
  ++g_compared;
  if (captured.count > g_deepest) g_deepest = captured.count;
}

__attribute__((noinline)) void compare_callback(void*) {
  compare_here();
  use(nullptr);
}

class FrameShapes : public testing::Test {
 protected:
  void SetUp() override {
    prepare(nullptr, system_lookup());
    g_compared = 0, g_deepest = 0;
  }
  void TearDown() override { EXPECT_GT(g_compared, 0); }
};

__attribute__((noinline)) unsigned long deep(unsigned left, unsigned long a, unsigned long b) {
  unsigned long local[5] = {a, b, a + b, a * b, left};
  use(local);
  if (left % 25 == 0) compare_here();
  if (left == 0) return a;
  const unsigned long inner = deep(left - 1, b + left, a);
  use(local);
  return inner + local[left % 5];
}

TEST_F(FrameShapes, DeepCallTree) {
  deep(200, 1, 2);
  EXPECT_EQ(g_compared, 9);
  EXPECT_GT(g_deepest, 200u);
}

__attribute__((noinline)) void with_alloca(int size) {
  void* room = alloca(static_cast<std::size_t>(size));
  use(room);
  compare_here();
  use(room);
}

__attribute__((noinline)) void with_much_room() {
  char room[20000];
  use(room);
  compare_here();
  use(room);
}

__attribute__((noinline)) void over_aligned(int size) {
  alignas(128) char room[256];
  void* more = alloca(static_cast<std::size_t>(size));
  use(room), use(more);
  compare_here();
  use(room);
}

TEST_F(FrameShapes, FramesOfVaryingSize) {
  for (const int size : {1, 100, 5000}) with_alloca(size), with_much_room(), over_aligned(size);
}

TEST_F(FrameShapes, FramesWrittenByHand) {
  for (const auto frame : {frame_by_stack_pointer, frame_with_cfa_elsewhere, frame_by_expression,
                           frame_with_wild_frame_pointer, frame_with_signed_return,
                           frame_with_record_above})
    frame(compare_callback, nullptr);
}

TEST_F(FrameShapes, SignedReturnAddressesAreSeenWithoutTheirSignature) {
  struct Inside {
    static __attribute__((noinline)) void take(void* into) {
      static_cast<Address*>(into)[0] = CALL_SITE.pc.value;
      Address frames[3];
      EXPECT_EQ(capture(CALL_SITE, {0, 0}, frames).count, 3u);
      static_cast<Address*>(into)[1] = frames[1];
    }
  };
  Address seen[2] = {};
  frame_with_signed_return(Inside::take, seen);
  EXPECT_EQ(seen[1] >> 48, 0u);
  const auto test = reinterpret_cast<Address>(&frame_with_signed_return);
  EXPECT_LT(seen[0] - test, 64u);
  EXPECT_GT(seen[1], 4096u);
  compare_here();
}

TEST_F(FrameShapes, CallbackOfTheCLibrary) {
  int numbers[20];
  for (int i = 0; i < 20; ++i) numbers[i] = i * 7 % 20;
  std::qsort(numbers, 20, sizeof(int), [](const void* a, const void* b) {
    compare_here();
    return *static_cast<const int*>(a) - *static_cast<const int*>(b);
  });
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

TEST_F(FrameShapes, ThrowAndCatch) {
  try {
    throws(5);
  } catch (const std::exception&) {
    compare_here();
  }
}

TEST_F(FrameShapes, Thread) {
  std::thread([] { with_alloca(10); }).join();
}

Address g_trampoline;

TEST_F(FrameShapes, HandlerOfASignal) {
  struct sigaction action {};
  action.sa_handler = [](int) { g_trampoline = CALL_SITE.pc.value; };
  sigaction(SIGUSR1, &action, nullptr);
  raise(SIGUSR1);
  compare_here();
  Object object;
  if (!find_object(g_trampoline, &object)) GTEST_SKIP() << "signals return through no object here";
  action.sa_handler = [](int) { compare_here(); };
  sigaction(SIGUSR1, &action, nullptr);
  raise(SIGUSR1);
  EXPECT_EQ(g_compared, 2);
}

}  // namespace
}  // namespace leakhook::unwind
