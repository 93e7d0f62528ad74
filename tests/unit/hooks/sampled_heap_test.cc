// SPDX-License-Identifier: Apache-2.0
// In a sampled heap, blocks without a sample reach the real functions and nobody else.
#include <cerrno>

#include "probes.h"

extern "C" const char __executable_start, etext;

namespace leakhook::test {
namespace {

class SampledHeap : public testing::Test {
 protected:
  SampledHeap() {
    books_expect_callers(&__executable_start, &etext);
    books_sample(true, nullptr);
  }
  ~SampledHeap() override { books_sample(false, nullptr); }
};

template <class T>
void expect_unnoticed(const Seen<T>& seen) {
  EXPECT_EQ(seen.books, "real");
  EXPECT_EQ(seen.error, kUntouched);
}

TEST_F(SampledHeap, BlocksWithoutASamplePass) {
  for (const auto& seen : {HOOKED(malloc, 40), HOOKED(calloc, 3, 40), HOOKED(memalign, 256, 40),
                           HOOKED(aligned_alloc, 512, 1024), HOOKED(valloc, 40),
                           HOOKED(pvalloc, 40), HOOKED(realloc, nullptr, 40)}) {
    expect_unnoticed(seen);
    ASSERT_NE(seen.value, nullptr);
    const auto freed = watch("free", [&] { return hook_free(seen.value), 0; });
    expect_unnoticed(freed);
  }
  void* block = nullptr;
  expect_unnoticed(HOOKED(posix_memalign, &block, 64, 40));
  const auto moved = HOOKED(realloc, block, 1 << 20);
  expect_unnoticed(moved);
  EXPECT_EQ(HOOKED(reallocarray, moved.value, 2, 20).books, "");
}

TEST_F(SampledHeap, AFailedCallTakesUpBytesOnly) {
  FAILS(malloc, "real", PTRDIFF_MAX);
  books_sample(true, nullptr);
  FAILS(calloc, "real", SIZE_MAX / 2, 3);
}

TEST_F(SampledHeap, ASampledBlockIsWithdrawnBeforeTheRealCall) {
  void* block = TRUE_ONE(malloc)(40);
  books_sample(true, block);
  const auto moved = HOOKED(realloc, block, 1 << 20);
  EXPECT_EQ(moved.books, format("withdraw_block %p, real", block)) << "the new block has no sample";
  books_sample(true, moved.value);
  FAILS(realloc, format("withdraw_block %p, real, restore_block %p", moved.value, moved.value),
        moved.value, PTRDIFF_MAX);
  const auto freed = watch("free", [&] { return hook_free(moved.value), 0; });
  EXPECT_EQ(freed.books, format("withdraw_block %p, real", moved.value));
}

}  // namespace
}  // namespace leakhook::test
