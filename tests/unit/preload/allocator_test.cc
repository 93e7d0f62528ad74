// SPDX-License-Identifier: Apache-2.0
// Does a heap on mimalloc behave as libc's, and does every block go back to whom it came from?
#include "../../../preload/base/allocator.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include "../../../preload/base/real.h"
#include "../sanitized.h"

namespace leakhook {
namespace {


/// Bytes that libc's allocator has handed out.
std::size_t libcs_bytes() {
  const struct mallinfo2 now = mallinfo2();
  return now.uordblks + now.hblkhd;
}

/// A block from before the move: libc's, whatever real::malloc is by now.
__attribute__((noipa)) void* libcs_block(std::size_t size) { return std::malloc(size); }

void fill(void* block, std::size_t size) { std::memset(block, 0x5a, size); }
bool is_filled(const void* block, std::size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(block);
  for (std::size_t i = 0; i < size; ++i)
    if (bytes[i] != 0x5a) return false;
  return true;
}

class AllocatorTest : public testing::Test {
 protected:
  void SetUp() override {
    if (kIsSanitized) GTEST_SKIP() << "the sanitizer has the heap";
    static const std::string reason = move();
    if (reason.find("cannot open") != std::string::npos) GTEST_SKIP() << reason;
    ASSERT_EQ(reason, "");
  }

 private:
  static std::string move() {
    real::resolve_all();
    char name[] = "preload_test";
    static char* arguments[] = {name, nullptr};
    const char* reason = allocator::move_to_mimalloc({1, arguments, environ});
    return reason != nullptr ? reason : "";
  }
};

TEST_F(AllocatorTest, NewBlocksAreNotLibcs) {
  const std::size_t before = libcs_bytes();
  void* libcs = libcs_block(10000);
  ASSERT_GT(libcs_bytes(), before);
  real::free(libcs);
  std::vector<void*> blocks;
  blocks.reserve(8);
  const std::size_t with_vector = libcs_bytes();
  blocks.push_back(real::malloc(10000));
  blocks.push_back(real::calloc(100, 100));
  blocks.push_back(real::realloc(nullptr, 10000));
  blocks.push_back(real::memalign(256, 10000));
  blocks.push_back(real::aligned_alloc(64, 12800));
  blocks.push_back(real::valloc(10000));
  blocks.push_back(real::pvalloc(10000));
  void* block = nullptr;
  ASSERT_EQ(real::posix_memalign(&block, 512, 10000), 0);
  blocks.push_back(block);
  EXPECT_EQ(libcs_bytes(), with_vector);
  for (void* each : blocks) {
    ASSERT_NE(each, nullptr);
    EXPECT_GE(real::malloc_usable_size(each), 10000u);
    fill(each, real::malloc_usable_size(each));
    real::free(each);
  }
  EXPECT_EQ(libcs_bytes(), with_vector);
}

TEST_F(AllocatorTest, LibcsBlocksGoBackToLibc) {
  const std::size_t before = libcs_bytes();
  real::free(libcs_block(100000));
  real::free_sized(libcs_block(100000), 100000);
  real::free_aligned_sized(libcs_block(100000), 16, 100000);
  real::cfree(libcs_block(100000));
  EXPECT_EQ(libcs_bytes(), before);
}

TEST_F(AllocatorTest, LibcsBlocksStayLibcsWhenTheyGrow) {
  const std::size_t before = libcs_bytes();
  void* block = libcs_block(100);
  EXPECT_EQ(real::malloc_usable_size(block), malloc_usable_size(block));
  fill(block, 100);
  block = real::realloc(block, 50000);
  ASSERT_NE(block, nullptr);
  EXPECT_TRUE(is_filled(block, 100));
  EXPECT_GE(libcs_bytes(), before + 50000);
  EXPECT_EQ(real::realloc(block, 0), nullptr);
  EXPECT_EQ(libcs_bytes(), before);
}

TEST_F(AllocatorTest, ReallocKeepsWhatThereWas) {
  void* block = real::malloc(100);
  fill(block, 100);
  block = real::realloc(block, 5 << 20);
  ASSERT_NE(block, nullptr);
  EXPECT_TRUE(is_filled(block, 100));
  errno = 0;
  EXPECT_EQ(real::realloc(block, PTRDIFF_MAX), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_TRUE(is_filled(block, 100));
  block = real::realloc(block, 10);
  EXPECT_TRUE(is_filled(block, 10));
  EXPECT_EQ(real::realloc(block, 0), nullptr);
}

TEST_F(AllocatorTest, ZeroedBlocksAreZeroed) {
  for (int round = 0; round < 3; ++round)
    for (const std::size_t size : {1u, 100u, 5000u, 1u << 20, 40u << 20}) {
      auto* block = static_cast<char*>(real::calloc(1, size));
      ASSERT_NE(block, nullptr);
      for (std::size_t i = 0; i < size; i += 61) ASSERT_EQ(block[i], 0) << size;
      ASSERT_EQ(block[size - 1], 0);
      fill(block, size);
      real::free(block);
    }
}

TEST_F(AllocatorTest, AlignmentsBeyondMimallocAreLibcs) {
  for (int shift = 4; shift < 31; ++shift) {
    const std::size_t alignment = std::size_t{1} << shift;
    void* block = real::memalign(alignment, 100);
    ASSERT_NE(block, nullptr) << shift;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignment, 0u) << shift;
    EXPECT_GE(real::malloc_usable_size(block), 100u);
    fill(block, 100);
    real::free(block);
  }
}

TEST_F(AllocatorTest, FailuresAreLibcs) {
  void* block = &block;
  errno = 0;
  EXPECT_EQ(real::malloc(PTRDIFF_MAX), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  errno = 0;
  EXPECT_EQ(real::calloc(SIZE_MAX / 2, 3), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_EQ(real::posix_memalign(&block, 3, 10), EINVAL);
  EXPECT_EQ(real::posix_memalign(&block, 16, PTRDIFF_MAX), ENOMEM);
  EXPECT_EQ(block, &block);
}

TEST_F(AllocatorTest, NothingIsAsNothing) {
  real::free(nullptr);
  EXPECT_EQ(real::malloc_usable_size(nullptr), 0u);
  void* empty = real::malloc(0);
  void* other = real::malloc(0);
  EXPECT_NE(empty, nullptr);
  EXPECT_NE(empty, other);
  real::free(empty);
  real::free(other);
}

TEST_F(AllocatorTest, LibrariesMayNotBindPastUs) {
  EXPECT_EQ(allocator::flags_for_dlopen(RTLD_NOW | RTLD_DEEPBIND), RTLD_NOW);
  EXPECT_EQ(allocator::flags_for_dlopen(RTLD_LAZY | RTLD_GLOBAL), RTLD_LAZY | RTLD_GLOBAL);
}

}  // namespace
}  // namespace leakhook
