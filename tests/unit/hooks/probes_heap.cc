// SPDX-License-Identifier: Apache-2.0
// Probes of the heap rows of interposed.def.
#include "probes.h"

namespace leakhook::test {
namespace {

constexpr std::size_t kTooMuch = PTRDIFF_MAX;

/// A block of this size, noted after the real call; then frees it unseen.
void expect_block(const Seen<void*>& seen, std::size_t size) {
  ASSERT_NE(seen.value, nullptr);
  EXPECT_EQ(seen.books, format("real, acquired_block %p %zu", seen.value, size));
  EXPECT_EQ(seen.error, kUntouched);
  TRUE_ONE(free)(seen.value);
}

/// Freed by `call`, which must note the release before the real call.
template <class Call>
void expect_freed(const char* row, Call call) {
  void* block = TRUE_ONE(malloc)(40);
  const auto seen = watch(row, [&] {
    call(block);
    return 0;
  });
  EXPECT_EQ(seen.books, format("withdraw_block %p, real", block));
  EXPECT_EQ(seen.error, kUntouched);
}

}  // namespace

void probe_malloc() {
  expect_block(HOOKED(malloc, 40), 40);
  expect_block(HOOKED(malloc, 0), 0);
  FAILS(malloc, "real", kTooMuch);
}

void probe_calloc() {
  const auto seen = HOOKED(calloc, 3, 40);
  for (int i = 0; i < 120; ++i) EXPECT_EQ(static_cast<char*>(seen.value)[i], 0);
  expect_block(seen, 120);
  FAILS(calloc, "real", SIZE_MAX / 2, 3);
}

void probe_memalign() {
  const auto seen = HOOKED(memalign, 256, 40);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(seen.value) % 256, 0u);
  expect_block(seen, 40);
  FAILS(memalign, "real", 64, kTooMuch);
}

void probe_aligned_alloc() {
  expect_block(HOOKED(aligned_alloc, 512, 1024), 1024);
  FAILS(aligned_alloc, "real", 64, kTooMuch);
}

void probe_valloc() {
  expect_block(HOOKED(valloc, 40), 40);
  FAILS(valloc, "real", kTooMuch);
}

void probe_pvalloc() {
  expect_block(HOOKED(pvalloc, 40), 40);
  FAILS(pvalloc, "real", kTooMuch);
}

void probe_posix_memalign() {
  void* block = nullptr;
  const auto seen = HOOKED(posix_memalign, &block, 128, 40);
  ASSERT_EQ(seen.value, 0);
  EXPECT_EQ(seen.books, format("real, acquired_block %p 40", block));
  TRUE_ONE(free)(block);
  block = &block;
  FAILS(posix_memalign, "real", &block, 3, 40);
  FAILS(posix_memalign, "real", &block, 64, kTooMuch);
  EXPECT_EQ(block, &block);
}

void probe_realloc() {
  expect_block(HOOKED(realloc, nullptr, 40), 40);
  void* block = TRUE_ONE(malloc)(40);
  const auto grown = HOOKED(realloc, block, 1 << 20);
  EXPECT_EQ(grown.books,
            format("withdraw_block %p, real, acquired_block %p %d", block, grown.value, 1 << 20));
  EXPECT_EQ(grown.error, kUntouched);
  FAILS(realloc, format("withdraw_block %p, real, restore_block %p", grown.value, grown.value),
        grown.value, kTooMuch);
  const auto freed = HOOKED(realloc, grown.value, 0);
  EXPECT_EQ(freed.value, nullptr);
  EXPECT_EQ(freed.books, format("withdraw_block %p, real", grown.value));
}

// Made from realloc, so its own real function never runs.
void probe_reallocarray() {
  void* block = TRUE_ONE(malloc)(40);
  const auto grown = HOOKED(reallocarray, block, 1000, 1000);
  EXPECT_EQ(grown.books,
            format("withdraw_block %p, acquired_block %p 1000000", block, grown.value));
  FAILS(reallocarray, "", grown.value, SIZE_MAX / 2, 3);
  FAILS(reallocarray, format("withdraw_block %p, restore_block %p", grown.value, grown.value),
        grown.value, kTooMuch, 1);
  const auto fresh = HOOKED(reallocarray, nullptr, 2, 20);
  EXPECT_EQ(fresh.books, format("acquired_block %p 40", fresh.value));
  TRUE_ONE(free)(fresh.value);
  TRUE_ONE(free)(grown.value);
}

// Asks and records nothing.
void probe_malloc_usable_size() {
  void* block = TRUE_ONE(malloc)(40);
  const auto seen = HOOKED(malloc_usable_size, block);
  EXPECT_GE(seen.value, 40u);
  EXPECT_EQ(seen.value, REAL(malloc_usable_size, block).value);
  EXPECT_EQ(seen.books, "real");
  EXPECT_EQ(seen.error, kUntouched);
  EXPECT_EQ(HOOKED(malloc_usable_size, nullptr).value, 0u);
  TRUE_ONE(free)(block);
}

void probe_free() {
  expect_freed("free", [](void* block) { hook_free(block); });
}
void probe_cfree() {
  expect_freed("cfree", [](void* block) { hook_cfree(block); });
}
void probe_free_sized() {
  expect_freed("free_sized", [](void* block) { hook_free_sized(block, 40); });
}
void probe_free_aligned_sized() {
  expect_freed("free_aligned_sized", [](void* block) { hook_free_aligned_sized(block, 16, 40); });
}

}  // namespace leakhook::test
