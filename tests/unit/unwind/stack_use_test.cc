// SPDX-License-Identifier: Apache-2.0
// How much stack does a capture take? Measured on a painted stack; also on the smallest legal ones.
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include <cstring>

#include "../../../unwind/capture.h"
#include "call_site.h"
#include "frames.h"
#include "of_machine.h"

namespace leakhook::unwind {
namespace {

constexpr std::uint64_t kPaint = 0x5aa5c33c96690ff0;
constexpr std::size_t kPainted = 6144;

struct Use {
  std::size_t bytes = 0;
  End end{};
};

/// Paints below itself, captures its caller and looks how far down the paint is gone.
__attribute__((noinline)) void capture_on_paint(void* into) {
  static Address frames[256];
  const Address here = stack_pointer();
  auto* lowest = reinterpret_cast<volatile std::uint64_t*>(here / 8 * 8 - kPainted);
  for (std::size_t i = 0; i < kPainted / 8; ++i) lowest[i] = kPaint;
  const Captured captured = capture(CALL_SITE, {0, 0}, frames);
  std::size_t untouched = 0;
  while (untouched < kPainted / 8 && lowest[untouched] == kPaint) ++untouched;
  auto* use = static_cast<Use*>(into);
  use->bytes = kPainted - untouched * 8;
  use->end = captured.end;
}

class StackUse : public testing::Test {
 protected:
  void SetUp() override {
    if (kIsSanitized) GTEST_SKIP() << "the sanitizer takes stack";
    prepare(nullptr, system_lookup());
  }
};

TEST_F(StackUse, UnderOneKibWithCompiledRules) {
  Use use;
  for (int i = 0; i < 2; ++i) {
    asm volatile("" : "+r"(i));  // not unrolled: the second call comes from the same place
    capture_on_paint(&use);
  }
  EXPECT_EQ(use.end, End::outermost);
  EXPECT_LT(use.bytes, 1024u);
  RecordProperty("bytes", static_cast<int>(use.bytes));
}

TEST_F(StackUse, AFewKibWhenRulesAreCompiled) {
  Use use;
  forget_rules();
  capture_on_paint(&use);
  EXPECT_EQ(use.end, End::outermost);
  EXPECT_LE(use.bytes, kMostWithTables);
  RecordProperty("bytes", static_cast<int>(use.bytes));
}

TEST_F(StackUse, AFewKibWithAllRegisters) {
  Use use;
  forget_rules();
  frame_by_expression(capture_on_paint, &use);
  EXPECT_EQ(use.end, End::outermost);
  EXPECT_LE(use.bytes, kMostWithRegisters);
  RecordProperty("bytes", static_cast<int>(use.bytes));
}

End g_end;
Address g_trampoline;

TEST_F(StackUse, WorksOnTheSmallestAlternateStack) {
  constexpr std::size_t kSize = 8192;  // SIGSTKSZ as programs compiled before glibc 2.34 have it
  // A hole below: too deep is a fault, not a silent overwrite.
  void* low = mmap(nullptr, 4096 + kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(static_cast<char*>(low) + 4096, kSize, PROT_READ | PROT_WRITE);
  const stack_t alternate{static_cast<char*>(low) + 4096, 0, kSize};
  stack_t before;
  ASSERT_EQ(sigaltstack(&alternate, &before), 0);
  struct sigaction action {};
  action.sa_flags = SA_ONSTACK;
  action.sa_handler = [](int) {
    g_trampoline = CALL_SITE.pc.value;
    static Address frames[256];
    struct Inner {
      static __attribute__((noinline)) void take(void*) {
        g_end = capture(CALL_SITE, {0, 0}, frames).end;
      }
    };
    forget_rules();
    frame_by_expression(Inner::take, nullptr);
  };
  sigaction(SIGUSR1, &action, nullptr);
  g_end = End::cut;
  raise(SIGUSR1);
  sigaltstack(&before, nullptr);
  Object object;
  if (!find_object(g_trampoline, &object)) GTEST_SKIP() << "signals return through no object here";
  EXPECT_EQ(g_end, End::outermost);
}

}  // namespace
}  // namespace leakhook::unwind
