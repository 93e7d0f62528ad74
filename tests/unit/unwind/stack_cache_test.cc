// SPDX-License-Identifier: Apache-2.0
// Twin of unwind/stack_cache.h: what is found, what is no longer found, and that nothing else ever
// is. Whether it is right on stacks of every kind: splice_test.cc and splice_fuzz_test.cc.
#include "../../../unwind/stack_cache.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <utility>
#include <vector>

#include "cached_stacks.h"
#include "call_site.h"
#include "single_step.h"
#include "splice_check.h"
#include "splice_frames.h"

namespace leakhook::unwind {
namespace {

LastStack g_last;
StackCache g_cache;
CachedStacks g_cached;

/// What a test does in one place, so that all of its stacks have their outer frames in common.
struct Step {
  unsigned path;
  std::uint32_t keep;  ///< with this value, if it is not found; 0: it is only looked for
};
Step g_step;
std::uint32_t g_found;

__attribute__((noinline)) void take_step(void*) {
  const CallSite site = CALL_SITE;
  g_found = g_cache.find(site);
  if (g_step.keep == 0 || g_found != 0) return;
  capture(site, known_bounds(site.cfa), &g_last);
  g_cache.keep(site, g_last, g_step.keep);
}

/// One call site at one height, whatever the path: two levels of four calls.
template <int kLevel>
__attribute__((noinline)) void by_path(unsigned path) {
  if constexpr (kLevel == 0) {
    frame_by_stack_pointer(take_step, nullptr);
    asm volatile("");
  } else {
    switch (path % 4) {
      case 0:
        by_path<kLevel - 1>(path / 4);
        asm volatile("nop");
        break;
      case 1:
        by_path<kLevel - 1>(path / 4);
        asm volatile("nop; nop");
        break;
      case 2:
        by_path<kLevel - 1>(path / 4);
        asm volatile("nop; nop; nop");
        break;
      default:
        by_path<kLevel - 1>(path / 4);
        asm volatile("");
        break;
    }
  }
}

/// What each step found.
std::vector<std::uint32_t> after(const std::vector<Step>& steps) {
  std::vector<std::uint32_t> found;
  for (const Step& step : steps) {
    g_step = step;
    by_path<2>(step.path);
    found.push_back(g_found);
  }
  return found;
}
/// Until it is kept, and found.
std::vector<Step> kept(unsigned path, std::uint32_t value) {
  return std::vector<Step>(4, Step{path, value});
}
std::vector<Step> operator+(std::vector<Step> some, const std::vector<Step>& more) {
  some.insert(some.end(), more.begin(), more.end());
  return some;
}

class StackCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    prepare(nullptr, system_lookup());
    known_bounds(0);
    std::memset(&g_last, 0, sizeof g_last);
    std::memset(&g_cache, 0, sizeof g_cache);
    std::memset(&g_cached, 0, sizeof g_cached);
    g_last.prepare();
    g_cache.prepare();
    g_cached.begin();
  }
};

TEST_F(StackCacheTest, KeepsWhatIsMissedFourTimes) {
  EXPECT_EQ(after(kept(0, 7) + kept(0, 7)), (std::vector<std::uint32_t>{0, 0, 0, 0, 7, 7, 7, 7}));
}

TEST_F(StackCacheTest, TellsStacksOfOneCallSiteApart) {
  std::vector<Step> steps;
  for (unsigned path = 0; path < 4; ++path) steps = steps + kept(path, 10 + path);
  for (unsigned path = 0; path < 16; ++path) steps.push_back({path, 0});
  const std::vector<std::uint32_t> found = after(steps);
  for (unsigned path = 0; path < 16; ++path)
    EXPECT_EQ(found[16 + path], path < 4 ? 10 + path : 0) << path;
}

TEST_F(StackCacheTest, FindsManyStacksOfOneCallSite) {
  std::vector<Step> steps;
  for (int round = 0; round < 40; ++round)
    for (unsigned path = 0; path < 16; ++path) steps.push_back({path, 10 + path});
  const std::vector<std::uint32_t> found = after(steps);
  int found_at_last = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_TRUE(found[i] == 0 || found[i] == steps[i].keep);
    if (i >= found.size() - 16) found_at_last += found[i] != 0;
  }
  EXPECT_GT(found_at_last, 8) << "a set holds 4";
}

TEST_F(StackCacheTest, FindsNothingOnceAllWasForgotten) {
  using Change = void (*)();
  const Change changes[] = {[] {}, StackCache::forget_all, forget_rules, [] {}};
  std::vector<std::vector<std::uint32_t>> found;
  for (const Change change : changes) {
    change();
    g_cache.renew();
    found.push_back(after(kept(0, 7) + std::vector<Step>{{0, 0}}));
  }
  const std::vector<std::uint32_t> anew{0, 0, 0, 0, 7}, at_once{7, 7, 7, 7, 7};
  EXPECT_EQ(found, (std::vector{anew, anew, anew, at_once}));
}

TEST_F(StackCacheTest, FindsNothingOfItsOwnerBefore) {
  std::vector<std::vector<std::uint32_t>> found;
  for (int owner = 0; owner < 2; ++owner) {
    g_cache.prepare();
    found.push_back(after(kept(0, 7) + std::vector<Step>{{0, 0}}));
  }
  EXPECT_EQ(found[0], (std::vector<std::uint32_t>{0, 0, 0, 0, 7}));
  EXPECT_EQ(found[1], found[0]);
}

__attribute__((noinline)) void check_cached(void*) {
  const CallSite site = CALL_SITE;
  const StackBounds bounds = known_bounds(site.cfa);
  capture(site, bounds, &g_last);
  EXPECT_TRUE(g_cached.is_right(site, bounds, g_last));
}

__attribute__((noinline)) void check_cached_at(unsigned depth) {
  if (depth != 0)
    check_cached_at(depth - 1);
  else
    frame_by_stack_pointer(check_cached, nullptr);
  asm volatile("");
}

TEST_F(StackCacheTest, OldWordsMakeRoomForNewOnes) {
  // Each twice; most of what was kept 700 stacks before has been overwritten.
  std::vector<unsigned> found;
  for (int round = 0; round < 3; ++round)
    for (unsigned depth = 0; depth < 700; ++depth) {
      const unsigned before = g_cached.found;
      check_cached_at(depth / 2);
      found.push_back(g_cached.found - before);
    }
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::size_t depth = i % 700 / 2;
    if (depth <= 20 || (depth > 100 && depth <= 256)) continue;
    EXPECT_EQ(found[i], depth > 256 ? 0 : i % 2) << depth << ": more than 256 words are not kept";
  }
}

// --- stacks without code ------------------------------------------------------------------------

/// Six frames of four words each, as a capture leaves them. Return addresses of outer ones differ.
class MadeStack {
 public:
  explicit MadeStack(std::uint32_t differing = kFrames - 1)
      : differing_(differing),
        words_(static_cast<std::uint64_t*>(
            mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {}
  ~MadeStack() { unmap(); }
  MadeStack(const MadeStack&) = delete;
  void unmap() { munmap(std::exchange(words_, nullptr), kSize); }

  CallSite site() const { return {{0xa000}, reinterpret_cast<Address>(words_ + 5), 0}; }
  /// g_last, and the words themselves.
  void become(std::uint32_t number) {
    g_last.prepare();
    g_last.count = g_last.known = kFrames;
    for (std::uint64_t i = 1; i <= kFrames; ++i) {
      std::uint64_t& word = words_[(kFrames + 1 - i) * 4];
      word = 0x1000 * i + (i <= differing_ ? number : 0);
      g_last.slots[i] = reinterpret_cast<Address>(&word);
      g_last.pcs[i] = word;
    }
  }
  /// The outermost frame lies so many words above the CFA.
  void move_outermost(std::uint64_t places) {
    g_last.slots[1] = site().cfa + 8 * places;
    words_[5 + places] = g_last.pcs[1];
  }
  std::uint32_t find(std::uint32_t number) {
    become(number);
    return g_cache.find(site());
  }
  void keep(std::uint32_t number) {
    become(number);
    for (int i = 0; i < 4; ++i) g_cache.keep(site(), g_last, number);
  }

 private:
  static constexpr std::size_t kSize = 1 << 20;
  static constexpr std::uint32_t kFrames = 6;
  std::uint32_t differing_;  ///< so many of the outermost
  std::uint64_t* words_;
};

TEST_F(StackCacheTest, LooksAtNoWordOfItsOwnerBefore) {
  MadeStack stack;
  const CallSite site = stack.site();
  for (std::uint32_t number = 1; number <= 6; ++number) {  // more than a set holds: a hint
    stack.keep(number);
    EXPECT_EQ(stack.find(number), number);
  }
  g_cache.prepare();
  for (int i = 0; i < 4; ++i)  // so that it is not empty
    g_cache.keep({{0xb000}, site.cfa + 4096, 0}, g_last, 1);
  stack.unmap();
  EXPECT_EQ(g_cache.find(site), 0u);
}

TEST_F(StackCacheTest, LooksWhereTheStacksOfACallSiteDiffer) {
  MadeStack stack(1);
  unsigned found = 0;
  for (int round = 0; round < 8; ++round) {
    found = 0;
    for (std::uint32_t number = 1; number <= 24; ++number) {
      const std::uint32_t known = stack.find(number);
      EXPECT_TRUE(known == 0 || known == number) << number;
      found += known == number;
      if (known == 0) stack.keep(number);
    }
  }
  EXPECT_EQ(found, 24u) << "a set holds 4, and the next words are the same in all";
}

TEST_F(StackCacheTest, DoesNotKeepWordsThatLieTooFarOut) {
  MadeStack stack;
  for (const std::uint64_t places : {65536u + 50, 30000u}) {  // of the first, 16 bits say 50
    stack.become(7);
    stack.move_outermost(50);
    stack.move_outermost(places);
    for (int i = 0; i < 4; ++i) g_cache.keep(stack.site(), g_last, 7);
    EXPECT_EQ(g_cache.find(stack.site()), places < 32768 ? 7 : 0) << places;
  }
}

/// False: it came to its end before so many instructions.
bool is_abandoned(MadeStack* stack, std::uint32_t number, int steps) {
  stack->become(number);
  const CallSite site = stack->site();
  g_steps_left = steps;
  if (sigsetjmp(g_abandoned, 1) != 0) return true;
  begin_steps();
  for (int i = 0; i < 4; ++i) g_cache.keep(site, g_last, number);
  end_steps();
  return false;
}

TEST_F(StackCacheTest, BelievesNothingThatWasAbandoned) {
  if (kIsSanitized) GTEST_SKIP() << "the sanitizer's own code would be stepped through and left";
  struct sigaction action {};
  action.sa_handler = count_step;
  sigaction(SIGTRAP, &action, nullptr);
  MadeStack stack;
  for (const std::uint32_t last : {5u, 13u}) {  // the 5th is the first that needs a hint
    int steps = 1;
    for (bool goes_on = true; goes_on && !HasFailure(); ++steps) {
      g_cache.prepare();
      for (std::uint32_t number = 1; number < last; ++number) stack.keep(number);
      goes_on = is_abandoned(&stack, last, steps);
      for (std::uint32_t number = 1; number <= last; ++number) {
        const std::uint32_t found = stack.find(number);
        EXPECT_TRUE(found == 0 || found == number) << steps;
      }
    }
    EXPECT_GT(steps, 100);
  }
  signal(SIGTRAP, SIG_DFL);
}

}  // namespace
}  // namespace leakhook::unwind
