// SPDX-License-Identifier: Apache-2.0
// Is what is mapped read as the kernel shows it?
#include "../../../preload/life/memory_map.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

namespace leakhook::life {
namespace {

std::uint64_t address_of(const void* pointer) { return reinterpret_cast<std::uint64_t>(pointer); }

Mapping parsed(const char* line) {
  Mapping mapping{};
  EXPECT_TRUE(parse_mapping(line, &mapping)) << line;
  return mapping;
}

TEST(MemoryMap, ALineBecomesNumbers) {
  const Mapping mapping =
      parsed("7f01a0000000-7f01a0021000 rw-s 00003000 fd:01 1311768   /usr/lib/some file.so");
  EXPECT_EQ(mapping.range.start, 0x7f01a0000000u);
  EXPECT_EQ(mapping.range.end, 0x7f01a0021000u);
  EXPECT_TRUE(mapping.is_readable && mapping.is_writable && mapping.is_shared);
  EXPECT_FALSE(mapping.is_executable);
  EXPECT_EQ(mapping.offset, 0x3000u);
  EXPECT_EQ(mapping.device, 0xfdull << 32 | 1);
  EXPECT_EQ(mapping.inode, 1311768u);
}

TEST(MemoryMap, NamesSayWhatIsBehind) {
  const auto behind = [](const std::string& name) {
    return parsed(("1000-2000 rw-p 00000000 00:00 0     " + name).c_str()).behind;
  };
  EXPECT_EQ(behind(""), Behind::nothing);
  EXPECT_EQ(behind("[anon:some name]"), Behind::nothing);
  EXPECT_EQ(behind("[heap]"), Behind::heap);
  EXPECT_EQ(behind("[stack]"), Behind::main_stack);
  EXPECT_EQ(behind("[vvar]"), Behind::kernel);
  EXPECT_EQ(behind("/dev/dri/card0"), Behind::device);
  EXPECT_EQ(behind("/dev/shm/x"), Behind::memory);
  EXPECT_EQ(behind("/dev/zero (deleted)"), Behind::memory);
  EXPECT_EQ(behind("/memfd:x (deleted)"), Behind::memory);
  EXPECT_EQ(behind("anon_inode:[io_uring]"), Behind::memory);
  EXPECT_EQ(behind("/usr/bin/x (deleted)"), Behind::file);
}

TEST(MemoryMap, RubbishIsNoMapping) {
  Mapping mapping;
  for (const char* line :
       {"", "1000", "1000-", "1000-2000", "1000-2000 r", "2000-1000 rw-p 0 0:0 0", "1000-2000 rw-p",
        "hello", "1000-1000 rw-p 00000000 00:00 0"})
    EXPECT_FALSE(parse_mapping(line, &mapping)) << line;
}

TEST(MemoryMap, FindsWhatIsMappedAndNothingElse) {
  constexpr std::size_t kPage = 4096;
  char* pages = static_cast<char*>(
      mmap(nullptr, 3 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(pages, MAP_FAILED);
  ASSERT_EQ(munmap(pages + kPage, kPage), 0);
  MemoryMap map;
  ASSERT_TRUE(map.read());
  const Mapping* low = map.find(address_of(pages));
  ASSERT_NE(low, nullptr);
  EXPECT_TRUE(low->is_writable);
  EXPECT_EQ(low->range.end, address_of(pages + kPage));
  EXPECT_EQ(map.find(address_of(pages + kPage)), nullptr);
  EXPECT_NE(map.find(address_of(pages + 2 * kPage)), nullptr);
  const Mapping* code = map.find(reinterpret_cast<std::uint64_t>(&parse_mapping));
  ASSERT_NE(code, nullptr);
  EXPECT_EQ(code->behind, Behind::file);
  int local = 0;
  const Mapping* stack = map.find(address_of(&local));
  ASSERT_NE(stack, nullptr);
  EXPECT_EQ(stack->behind, Behind::main_stack);
  munmap(pages, kPage);
  munmap(pages + 2 * kPage, kPage);
}

}  // namespace
}  // namespace leakhook::life
