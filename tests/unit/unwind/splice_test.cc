// SPDX-License-Identifier: Apache-2.0
// Twin of unwind/x86_64/splice.h, splice.cc and last_stack.h: stacks that look like the last one,
// and are not.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include <cstring>
#include <memory>

#include "../../../unwind/capture.h"
#include "../../../unwind/last_stack.h"
#include "cached_stacks.h"
#include "call_site.h"
#include "single_step.h"
#include "splice_check.h"
#include "splice_frames.h"

std::uint64_t g_word_of_frame;
void (*g_frame_to_take)(void (*)());

namespace leakhook::unwind {
namespace {

constexpr Splicing kWeak[] = {kWithoutSlots, kWithoutFramePointers, kWithoutSavingPlaces,
                              kByReturnAddress};

__attribute__((noinline)) void check(void*) {
  const CallSite site = CALL_SITE;
  check_splices(site, known_bounds(site.cfa));
}

class SpliceTest : public testing::Test {
 protected:
  void SetUp() override {
    prepare(nullptr, system_lookup());
    known_bounds(0);
    begin_splices();
  }
  /// The splice is right, and would not be without that check.
  void expect_right_only_with(Splicing left_out, unsigned captures) {
    const SpliceTally whole = take_tally(kWhole);
    EXPECT_EQ(whole.captures, captures);
    EXPECT_EQ(whole.remembered, captures);
    EXPECT_EQ(whole.differ, 0u);
    for (const Splicing weak : kWeak) {
      const SpliceTally tally = take_tally(weak);
      EXPECT_EQ(tally.captures, captures);
      EXPECT_EQ(tally.differ != 0, weak == left_out) << weak;
    }
  }
};

__attribute__((noinline)) void call_from_two_places(bool is_second) {
  if (is_second) {
    frame_by_stack_pointer(check, nullptr);
    asm volatile("nop");
  } else {
    frame_by_stack_pointer(check, nullptr);
    asm volatile("nop; nop");
  }
}

TEST_F(SpliceTest, NeedsTheComparisonOfSlots) {
  for (int i = 0; i < 4; ++i) call_from_two_places(i % 2 != 0);
  expect_right_only_with(kWithoutSlots, 4);
}

TEST_F(SpliceTest, NeedsTheFramePointerInTheRegister) {
  sliding_caller(check, nullptr);
  expect_right_only_with(kWithoutFramePointers, 2);
}

__attribute__((noinline)) void check_behind_a_frame(void*) {
  saves_first([] { check(nullptr); });
  asm volatile("");
}

TEST_F(SpliceTest, NeedsTheFramePointerThatAFrameSaved) {
  sliding_caller(check_behind_a_frame, nullptr);
  expect_right_only_with(kWithoutFramePointers, 2);
}

__attribute__((noinline)) void check_and_switch() {
  const CallSite site = CALL_SITE;
  check_splices(site, known_bounds(site.cfa));
  // What saves_first saved, so that it stands there again though it is not the frame pointer.
  g_word_of_frame = reinterpret_cast<const std::uint64_t*>(site.cfa)[2];
  g_frame_to_take = saves_second;
}

TEST_F(SpliceTest, NeedsThePlaceWhereAFramePointerIsSaved) {
  g_frame_to_take = saves_first;
  sliding_caller(take_frame, reinterpret_cast<void*>(check_and_switch));
  const SpliceTally without = take_tally(kWithoutFramePointers);
  EXPECT_EQ(without.differ, 1u) << "it compares no saving places, either";
  begin_splices();
  g_frame_to_take = saves_first;
  sliding_caller(take_frame, reinterpret_cast<void*>(check_and_switch));
  EXPECT_EQ(take_tally(kWhole).differ, 0u);
  EXPECT_EQ(take_tally(kWithoutSavingPlaces).differ, 1u);
}

jmp_buf g_after_call;
__attribute__((noinline)) void check_and_leave(void*) {
  check(nullptr);
  longjmp(g_after_call, 1);
}

TEST_F(SpliceTest, NeedsTheRuleOfTheCall) {
  if (setjmp(g_after_call) == 0) baited_call(check_and_leave, nullptr);
  expect_right_only_with(kByReturnAddress, 1);
}

// --- what one LastStack goes through
// --------------------------------------------------------------

struct OneStack {
  alignas(4096) LastStack last;  // so that parts of it can be forbidden
  Address walked[LastStack::kMaxFrames];
  CachedStacks cached;
  StackBounds bounds{};
  CallSite site{};
  /// Nothing known, as in new memory.
  void begin() {
    std::memset(&last, 0, sizeof last);
    last.prepare();
    std::memset(&cached, 0, sizeof cached);
    cached.begin();
  }
  void expect_as_walked() {
    const End end = capture(site, bounds, &last);
    const Captured full = capture(site, bounds, walked);
    EXPECT_EQ(end, full.end);
    ASSERT_EQ(last.size(), full.count);
    std::uint64_t hash = 0;
    for (std::uint32_t i = 0; i < full.count; ++i) {
      ASSERT_EQ(last[i], walked[full.count - 1 - i]) << i;
      hash = LastStack::step(hash, last[i]);
    }
    EXPECT_EQ(last.hash(), hash);
    if (bounds.contains(site.cfa) && last.known != 0) {
      EXPECT_TRUE(cached.is_right(site, bounds, last));
    }
  }
};
OneStack g_captured;

__attribute__((noinline)) void expect_as_walked(void*) {
  g_captured.site = CALL_SITE;
  g_captured.bounds = known_bounds(g_captured.site.cfa);
  g_captured.expect_as_walked();
}

class LastStackTest : public SpliceTest {
 protected:
  void SetUp() override {
    SpliceTest::SetUp();
    g_captured.begin();
  }
};

TEST_F(LastStackTest, FromNewMemory) {
  expect_as_walked(nullptr);
  EXPECT_GT(g_captured.last.size(), 4u);
  EXPECT_EQ(g_captured.last.known, g_captured.last.size());
}

__attribute__((noinline)) int deep(int left, void (*then)()) {
  if (left == 0) {
    then();
    return 1;
  }
  const int inner = deep(left - 1, then);
  asm volatile("" : : : "memory");
  return inner + 1;
}

TEST_F(LastStackTest, DeepStacksAreCutAndThenRememberedAgain) {
  const auto then = [] { expect_as_walked(nullptr); };
  for (const int depth : {3, 600, 600, 5, 400, 4, 470, 480, 150, 490, 600, 10, 11}) {
    deep(depth, then);
    EXPECT_EQ(g_captured.last.known, depth < 500 ? g_captured.last.size() : 0) << depth;
    EXPECT_EQ(g_captured.last.size() == LastStack::kMaxFrames, depth > 512) << depth;
  }
}

TEST_F(LastStackTest, DeepStacksOfEveryLengthAroundTheLimits) {
  const auto then = [] { expect_as_walked(nullptr); };
  for (int depth = 100; depth < 140; ++depth) {
    deep(1, then);
    deep(depth, then);
  }
  for (int depth = 480; depth < 520; ++depth) {
    deep(depth, then);
    deep(450, then);
  }
}

TEST_F(LastStackTest, UnknownAndOtherBounds) {
  const auto capture_with = [](StackBounds bounds) {
    struct Inner {
      static __attribute__((noinline)) void take(void* with) {
        g_captured.site = CALL_SITE;
        g_captured.bounds = *static_cast<StackBounds*>(with);
        g_captured.expect_as_walked();
      }
    };
    frame_by_stack_pointer(Inner::take, &bounds);
  };
  const StackBounds own = known_bounds(reinterpret_cast<Address>(__builtin_frame_address(0)));
  const Address here = g_captured.site.cfa;
  for (const StackBounds bounds : {own, StackBounds{0, 0}, own, StackBounds{here, own.high},
                                   StackBounds{own.high, own.high + 4096}, own}) {
    capture_with(bounds);
    EXPECT_EQ(g_captured.last.known != 0, bounds.high == own.high);
  }
}

TEST_F(LastStackTest, WildSitesNeverFault) {
  expect_as_walked(nullptr);
  const CallSite real = g_captured.site;
  const StackBounds own = g_captured.bounds;
  for (const Address cfa :
       {Address{0}, Address{1}, Address{7}, Address{8}, real.cfa + 1, real.cfa + 8, real.cfa - 8,
        own.high, own.high + 1, own.high + 8, ~Address{0}, ~Address{0} - 7}) {
    for (const StackBounds bounds : {own, StackBounds{0, 0}, StackBounds{8, 0}}) {
      g_captured.site = {real.pc, cfa, real.frame_pointer};
      g_captured.bounds = bounds;
      g_captured.expect_as_walked();
      EXPECT_TRUE(cfa == real.cfa + 8 || cfa == real.cfa - 8 || g_captured.last.known == 0) << cfa;
    }
  }
}

TEST_F(LastStackTest, ForgetsWithTheRules) {
  expect_as_walked(nullptr);
  const LastStack before = g_captured.last;
  for (int i = 0; i < 65536; ++i) forget_rules();
  // Had the number come around, this would be believed.
  g_captured.last.pcs[1] = 0;
  expect_as_walked(nullptr);
  EXPECT_NE(g_captured.last.generation, before.generation);
}

using PluginCall = void (*)(Callback, void*);
void through_plugin(const char* path) {
  void* library = dlopen(path, RTLD_NOW);
  ASSERT_NE(library, nullptr) << dlerror();
  reinterpret_cast<PluginCall>(dlsym(library, "plugin_call"))(expect_as_walked, nullptr);
  EXPECT_NE(g_captured.last.known, 0u);
  dlclose(library);
  forget_rules();
}

TEST_F(LastStackTest, ClosedLibraryWhoseRangeIsUsedAgain) {
  for (int i = 0; i < 4; ++i)
    through_plugin(i % 2 == 0 ? UNWIND_TEST_PLUGIN_A : UNWIND_TEST_PLUGIN_B);
}

TEST_F(LastStackTest, StackThatEndsInZeroIsNotRemembered) {
  expect_as_walked(nullptr);
  struct Inner {
    static __attribute__((noinline)) void take(void*) {
      g_captured.site = CALL_SITE;
      alignas(16) static std::uint64_t words[512];
      words[255] = g_captured.site.pc.value;
      const auto low = reinterpret_cast<Address>(words);
      g_captured.site.cfa = low + 256 * 8;
      g_captured.bounds = {low, low + sizeof words};
      g_captured.expect_as_walked();
      EXPECT_EQ(g_captured.last.known, 0u);
      EXPECT_EQ(g_captured.last.size(), 1u);
    }
  };
  frame_by_stack_pointer(Inner::take, nullptr);
}

// --- captures that do not end
// ---------------------------------------------------------------------

__attribute__((noinline)) void take(void*) {
  const CallSite site = CALL_SITE;
  capture(site, known_bounds(site.cfa), &g_captured.last);
}

/// Single-stepped from here on; count_step() leaves it at g_steps_left.
__attribute__((noinline)) void take_stepped(void*) {
  const CallSite site = CALL_SITE;
  const StackBounds bounds = known_bounds(site.cfa);
  begin_steps();
  capture(site, bounds, &g_captured.last);
  (void)g_captured.cached.is_right(site, bounds, g_captured.last);
  end_steps();
}

__attribute__((noinline)) void by_path(int path, Callback then) {
  if (path == 0) {
    frame_by_stack_pointer(then, nullptr);
    asm volatile("nop");
  } else if (path == 1) {
    frame_by_stack_pointer(then, nullptr);
    asm volatile("nop; nop");
  } else {
    by_path(path - 2, then);
    asm volatile("nop; nop; nop");
  }
}

/// False: it came to its end before.
bool abandon_by(Callback taking, int path) {
  if (sigsetjmp(g_abandoned, 1) != 0) return true;
  by_path(path, taking);
  return false;
}

/// A capture that a signal handler leaves by siglongjmp, and what is captured next.
class Abandoned : public LastStackTest, public testing::WithParamInterface<std::pair<int, int>> {
 protected:
  static void on(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    sigaction(signal, &action, nullptr);
  }
  void remember() { by_path(GetParam().first, expect_as_walked); }
  bool abandon(Callback taking) { return abandon_by(taking, GetParam().second); }
  void expect_nothing_false(bool begins_with_remembered) {
    if (begins_with_remembered) by_path(GetParam().first, expect_as_walked);
    by_path(GetParam().second, expect_as_walked);
    by_path(GetParam().first, expect_as_walked);
  }
};

TEST_P(Abandoned, AtSomeInstructions) {
  if (kIsSanitized) GTEST_SKIP() << "the sanitizer's own code would be stepped through and left";
  on(SIGTRAP, count_step);
  constexpr int kStride = 61;
  int abandoned = 0;
  for (int steps = 40;; steps += kStride, ++abandoned) {
    remember();
    g_steps_left = steps;
    if (!abandon(take_stepped)) break;
    expect_nothing_false(abandoned % 2 == 0);
    ASSERT_FALSE(HasFailure()) << "abandoned after " << steps << " instructions";
  }
  EXPECT_GE(abandoned, 3);
  signal(SIGTRAP, SIG_DFL);
}

TEST_P(Abandoned, WhereEachPartIsFirstWritten) {
  on(SIGSEGV, [](int) {
    mprotect(&g_captured.last, sizeof g_captured.last, PROT_READ | PROT_WRITE);
    siglongjmp(g_abandoned, 1);
  });
  LastStack& last = g_captured.last;
  for (void* part : {static_cast<void*>(&last), static_cast<void*>(&last.pcs[2]),
                     static_cast<void*>(&last.rules[2]), static_cast<void*>(&last.hashes[2])}) {
    for (const bool begins_with_remembered : {false, true}) {
      remember();
      mprotect(reinterpret_cast<void*>(reinterpret_cast<Address>(part) / 4096 * 4096), 4096,
               PROT_READ);
      EXPECT_TRUE(abandon(take));
      expect_nothing_false(begins_with_remembered);
    }
  }
  signal(SIGSEGV, SIG_DFL);
}

// Taken over in place, walked and put behind what was met, both; fewer and more frames.
INSTANTIATE_TEST_SUITE_P(Paths, Abandoned,
                         testing::Values(std::pair(0, 1), std::pair(0, 6), std::pair(6, 1),
                                         std::pair(8, 9), std::pair(9, 4)));

}  // namespace
}  // namespace leakhook::unwind
