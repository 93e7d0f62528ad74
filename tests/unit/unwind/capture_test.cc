// SPDX-License-Identifier: Apache-2.0
// Twin of unwind/capture.cc: how walks end, what they never touch, closed libraries, the observer.
#include "../../../unwind/capture.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <setjmp.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../../../unwind/object_lookup.h"
#include "call_site.h"
#include "frames.h"
#include "of_machine.h"

namespace leakhook::unwind {
namespace {

struct Stack {
  Address frames[256];
  Captured captured{};
  CallSite site{};
  StackBounds bounds{};
  std::vector<Address> list() const { return {frames, frames + captured.count}; }
};

/// A callback: captures the stack that led to it.
__attribute__((noinline)) void take(void* into) {
  auto* stack = static_cast<Stack*>(into);
  stack->site = CALL_SITE;
  stack->captured = capture(stack->site, stack->bounds, stack->frames);
}

__attribute__((noinline)) void take_twice(void* into) {
  auto* stack = static_cast<Stack*>(into);
  stack->bounds = whole_stack();
  take(into);
  const std::vector<Address> bounded = stack->list();
  stack->bounds = {0, 0};
  take(into);
  EXPECT_EQ(std::vector<Address>(bounded.begin() + 1, bounded.end()),
            std::vector<Address>(stack->frames + 1, stack->frames + stack->captured.count));
}

class Capture : public testing::Test {
 protected:
  void SetUp() override { prepare(nullptr, system_lookup()); }
  /// Captures through `frame` and from here; the same frames must lie outside.
  void expect_passes(void (*frame)(Callback, void*)) {
    Stack through;
    Stack direct;
    frame(take, &through);
    take(&direct);
    ASSERT_EQ(through.captured.end, End::outermost);
    ASSERT_EQ(through.captured.count, direct.captured.count + 1);
    EXPECT_TRUE(
        std::equal(direct.frames + 1, direct.frames + direct.captured.count, through.frames + 2));
    const auto begin = reinterpret_cast<Address>(frame);
    EXPECT_GT(through.frames[0], begin);
    EXPECT_LT(through.frames[0], begin + 64);
  }
};

TEST_F(Capture, ReachesTheOutermostFrame) {
  Stack stack;
  take_twice(&stack);
  EXPECT_EQ(stack.captured.end, End::outermost);
  EXPECT_GT(stack.captured.count, 4u);
}

TEST_F(Capture, ReachesTheOutermostFrameOfAThread) {
  Stack stack;
  std::thread([&] { take_twice(&stack); }).join();
  EXPECT_EQ(stack.captured.end, End::outermost);
  EXPECT_GT(stack.captured.count, 2u);
}

TEST_F(Capture, IsCutAtTheSpan) {
  Stack whole;
  take(&whole);
  for (std::uint32_t room = 0; room <= whole.captured.count; ++room) {
    Address few[256] = {};
    const Captured captured = capture(whole.site, {0, 0}, {few, room});
    EXPECT_EQ(captured.count, room);
    EXPECT_EQ(captured.end, room == whole.captured.count ? End::outermost : End::cut);
    EXPECT_TRUE(std::equal(few, few + room, whole.frames));
    EXPECT_EQ(few[room], 0u);
  }
}

TEST_F(Capture, KeepsErrno) {
  Stack stack;
  errno = 4711;
  take(&stack);
  EXPECT_EQ(errno, 4711);
}

TEST_F(Capture, PassesCfaInAnotherRegister) { expect_passes(frame_with_cfa_elsewhere); }
TEST_F(Capture, PassesExpressions) { expect_passes(frame_by_expression); }
TEST_F(Capture, PassesWildFramePointers) { expect_passes(frame_with_wild_frame_pointer); }
TEST_F(Capture, PassesCodeWithoutTablesByFramePointer) { expect_passes(frame_without_table); }

TEST_F(Capture, PassesSeveralRareFrames) {
  Stack stack;
  struct Inner {
    static void second(void* into) { frame_by_expression(take, into); }
    static void first(void* into) { frame_with_cfa_elsewhere(second, into); }
  };
  frame_without_table(Inner::first, &stack);
  EXPECT_EQ(stack.captured.end, End::outermost);
  EXPECT_GT(stack.captured.count, 7u);
  // Cut inside the second walk, too.
  Address few[4];
  EXPECT_EQ(capture(stack.site, {0, 0}, few).count, 1u) << "that stack is gone: nothing to climb";
}

TEST_F(Capture, EndsWhereATableSaysSo) {
  Stack stack;
  frame_outermost(take, &stack);
  EXPECT_EQ(stack.captured.end, End::outermost);
  EXPECT_EQ(stack.captured.count, 1u);
}

jmp_buf g_after_call;
__attribute__((noinline)) void take_and_leave(void* into) {
  take(into);
  longjmp(g_after_call, 1);
}

TEST_F(Capture, LooksUpTheCallNotTheReturn) {
  static Stack stack;
  static Stack direct;
  take(&direct);
  if (setjmp(g_after_call) == 0) frame_ending_in_call(take_and_leave, &stack);
  EXPECT_EQ(stack.captured.end, End::outermost);
  ASSERT_EQ(stack.captured.count, direct.captured.count + 2);
  EXPECT_TRUE(
      std::equal(direct.frames + 1, direct.frames + direct.captured.count, stack.frames + 3));
}

void* code_page(const void* code, std::size_t size) {
  void* page =
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  std::memcpy(page, code, size);
  __builtin___clear_cache(static_cast<char*>(page), static_cast<char*>(page) + size);
  return page;
}

TEST_F(Capture, JitCodeWithFramePointers) {
  void* page = code_page(kJitCode, sizeof kJitCode);
  expect_passes(reinterpret_cast<void (*)(Callback, void*)>(page));
  munmap(page, 4096);
}

TEST_F(Capture, JitCodeWithoutFramePointersEndsTheWalk) {
  void* page = code_page(kJitCodeWithoutFramePointer, sizeof kJitCodeWithoutFramePointer);
  Stack stack;
  reinterpret_cast<void (*)(Callback, void*)>(page)(take, &stack);
  EXPECT_EQ(stack.captured.end, End::no_rule);
  EXPECT_EQ(stack.captured.count, 1u);
  munmap(page, 4096);
}

// --- memory that lies
// -----------------------------------------------------------------------------

__attribute__((noipa)) void with_alloca(unsigned size, void* into) {
  auto* room = static_cast<volatile char*>(__builtin_alloca(size));
  room[0] = 0;
  take(into);
  room[0] = 1;
}

TEST_F(Capture, WildFramePointersNeverFault) {
  Stack stack;
  with_alloca(64, &stack);
  ASSERT_EQ(stack.captured.end, End::outermost);
  CallSite site = stack.site;
  for (const Address fp : {Address{0}, Address{1}, Address{8}, Address{0x4141414141414141},
                           Address{0xffff800000000000}, ~Address{0} - 7, site.cfa - 64,
                           readable_then_not(1), readable_then_not(1) - 8}) {
    site.frame_pointer = fp;
    for (const StackBounds bounds : {StackBounds{0, 0}, whole_stack()}) {
      const Captured captured = capture(site, bounds, stack.frames);
      EXPECT_EQ(captured.end, End::unreadable) << std::hex << fp;
      EXPECT_EQ(captured.count, 1u);
    }
  }
}

TEST_F(Capture, WildStackPointersNeverFault) {
  Stack stack;
  frame_by_stack_pointer(take, &stack);
  CallSite site = stack.site;
  for (const Address cfa : {Address{0}, Address{1}, Address{0x4141414141414141}, site.cfa + 1,
                            Address{0xffff800000000000}, ~Address{0} - 7, readable_then_not(1)}) {
    site.cfa = cfa;
    for (const StackBounds bounds : {StackBounds{0, 0}, whole_stack()}) {
      const Captured captured = capture(site, bounds, stack.frames);
      EXPECT_EQ(captured.end, End::unreadable) << std::hex << cfa;
      EXPECT_EQ(captured.count, 1u);
    }
  }
}

TEST_F(Capture, ReturnAddressOfZeroEndsTheStack) {
  Stack stack;
  frame_by_stack_pointer(take, &stack);
  alignas(16) std::uint64_t zeros[512] = {};
  const CallSite site{stack.site.pc, reinterpret_cast<Address>(zeros), 0};
  const Captured captured = capture(site, {0, 0}, stack.frames);
  EXPECT_EQ(captured.end, End::outermost);
  EXPECT_EQ(captured.count, 1u);
}

/// Stacks of random words, some of them real return addresses, in front of a hole.
TEST_F(Capture, GarbageStacksNeverFaultNorLoop) {
  Stack stack;
  take(&stack);
  const std::vector<Address> codes = stack.list();
  constexpr int kWords = 2048;
  const Address border = readable_then_not(kWords * 8 / 4096);
  const Address low = border - kWords * 8;
  auto* words = reinterpret_cast<std::uint64_t*>(low);
  std::mt19937_64 random(99);
  int ends[4] = {};
  for (int round = 0; round < 5000; ++round) {
    for (int i = 0; i < kWords; ++i) {
      switch (random() % 4) {
        case 0:
          words[i] = random();
          break;
        case 1:
          words[i] = low + random() % (kWords * 8) / 8 * 8;
          break;
        default:
          words[i] = codes[random() % codes.size()] + (random() % 8 == 0 ? random() % 64 : 0);
      }
    }
    const CallSite site{
        {codes[random() % codes.size()]}, low + random() % kWords * 8, low + random() % kWords * 8};
    Address out[300];
    const bool is_known = random() % 2 == 0;
    const Captured captured = capture(site, {is_known ? low : 0, is_known ? border : 0}, out);
    ASSERT_LE(captured.count, 300u);
    ++ends[static_cast<int>(captured.end)];
  }
  EXPECT_GT(ends[static_cast<int>(End::unreadable)], 100);
}

// --- libraries that come and go
// -------------------------------------------------------------------

/// Else what runs us is an emulator, not a kernel.
bool has_vdso() { return getauxval(AT_SYSINFO_EHDR) != 0; }

using PluginCall = void (*)(Callback, void*);

std::vector<Address> through_plugin(const char* path, Address* base) {
  void* library = dlopen(path, RTLD_NOW);
  EXPECT_NE(library, nullptr) << dlerror();
  auto* call = reinterpret_cast<PluginCall>(dlsym(library, "plugin_call"));
  Object object;
  EXPECT_TRUE(find_object(reinterpret_cast<Address>(call), &object));
  *base = object.start;
  Stack stack;
  call(take, &stack);
  EXPECT_EQ(stack.captured.end, End::outermost);
  dlclose(library);
  return stack.list();
}

TEST_F(Capture, RulesOfAClosedLibraryAreForgotten) {
  Address first_base = 0;
  Address second_base = 0;
  const std::vector<Address> first = through_plugin(UNWIND_TEST_PLUGIN_A, &first_base);
  forget_rules();
  const std::vector<Address> second = through_plugin(UNWIND_TEST_PLUGIN_B, &second_base);
  forget_rules();
  if (first_base != second_base && !has_vdso())
    GTEST_SKIP() << "this emulator uses no place twice";
  if (kIsSanitized && (first_base != second_base || first[0] != second[0]))
    GTEST_SKIP() << "instrumented libraries are not of one shape, or not in one place";
  ASSERT_EQ(first_base, second_base) << "the second library took the first one's place";
  ASSERT_EQ(first[0], second[0]) << "the same address means another frame now";
  ASSERT_EQ(first.size(), second.size());
  // Both came from through_plugin(), and from the same places outside it.
  EXPECT_EQ(first[1], second[1]);
  EXPECT_EQ(std::vector<Address>(first.begin() + 3, first.end()),
            std::vector<Address>(second.begin() + 3, second.end()));
}

std::vector<std::string> g_observed;
void observe(const Object& object) { g_observed.emplace_back(object.path); }
bool was_observed(const char* path) {
  return std::any_of(g_observed.begin(), g_observed.end(),
                     [&](const std::string& seen) { return seen.find(path) != std::string::npos; });
}

TEST_F(Capture, ObserverHearsOfObjectsFirst) {
  prepare(observe, system_lookup());
  void* library = dlopen(UNWIND_TEST_PLUGIN_A, RTLD_NOW);
  auto* call = reinterpret_cast<PluginCall>(dlsym(library, "plugin_call"));
  Stack stack;
  for (const bool is_forgotten : {true, false, true}) {
    if (is_forgotten) forget_rules();
    g_observed.clear();
    call(take, &stack);
    EXPECT_EQ(was_observed(UNWIND_TEST_PLUGIN_A), is_forgotten);
    EXPECT_EQ(was_observed("libc.so"), is_forgotten);
  }
  dlclose(library);
  forget_rules();
  prepare(nullptr, system_lookup());
}

TEST_F(Capture, ObserverHearsOfTheLastFrameOfACutStack) {
  prepare(observe, system_lookup());
  forget_rules();
  g_observed.clear();
  void* library = dlopen(UNWIND_TEST_PLUGIN_A, RTLD_NOW);
  auto* call = reinterpret_cast<PluginCall>(dlsym(library, "plugin_call"));
  struct OneFrame {
    static __attribute__((noinline)) void take(void*) {
      Address one[1];
      EXPECT_EQ(capture(CALL_SITE, {0, 0}, one).end, End::cut);
    }
  };
  call(OneFrame::take, nullptr);
  EXPECT_TRUE(was_observed(UNWIND_TEST_PLUGIN_A));
  dlclose(library);
  forget_rules();
  prepare(nullptr, system_lookup());
}

TEST_F(Capture, WorksWithTheOwnObjectTable) {
  Stack expected;
  take(&expected);
  prepare_object_lookup(nullptr);
  forget_rules();
  reset_after_fork();
  Stack again;
  take(&again);
  EXPECT_EQ(again.captured.end, End::outermost);
  EXPECT_EQ(again.captured.count, expected.captured.count);
  prepare(nullptr, system_lookup());
}

}  // namespace
}  // namespace leakhook::unwind
