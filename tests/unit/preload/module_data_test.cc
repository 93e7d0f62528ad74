// SPDX-License-Identifier: Apache-2.0
// Are the variables of modules found, and the heads of malloc's lists told from them?
#include "../../../preload/life/module_data.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <vector>

namespace leakhook::life {

int with_a_value = 5;
int without_one;

namespace {

std::uint64_t address_of(const void* pointer) { return reinterpret_cast<std::uint64_t>(pointer); }

class ModuleVariables : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(map_.read());
    ASSERT_TRUE(find_module_data(map_, &found_));
  }
  const ModuleData* holding(const void* pointer) const {
    for (const ModuleData& module : found_)
      if (module.variables.has(address_of(pointer))) return &module;
    return nullptr;
  }
  MemoryMap map_;
  PageArray<ModuleData> found_;
};

TEST_F(ModuleVariables, HaveTheirVariables) {
  const ModuleData* program = holding(&with_a_value);
  ASSERT_NE(program, nullptr);
  EXPECT_EQ(holding(&without_one), program);
  const ModuleData* libc = holding(&stdout);
  if (libc == nullptr || libc == program) libc = holding(stdout);  // copied into the program
  ASSERT_NE(libc, nullptr);
  EXPECT_NE(libc, program);
}

TEST_F(ModuleVariables, AreNoOtherMemory) {
  int local = 0;
  std::vector<int> block(100);
  EXPECT_EQ(holding(&local), nullptr);
  EXPECT_EQ(holding(block.data()), nullptr);
  EXPECT_EQ(holding(reinterpret_cast<const void*>(&find_module_data)), nullptr);
}

/// An object that was mapped for reading has no variables in this process.
TEST(ModuleData, AFileThatIsOnlyReadIsNoModule) {
  FILE* file = fopen("/proc/self/exe", "re");
  ASSERT_NE(file, nullptr);
  fseek(file, 0, SEEK_END);
  const auto size = static_cast<std::size_t>(ftell(file));
  void* mapped = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fileno(file), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  MemoryMap map;
  PageArray<ModuleData> found;
  ASSERT_TRUE(map.read());
  ASSERT_TRUE(find_module_data(map, &found));
  const Range read{address_of(mapped), address_of(mapped) + (64 << 20)};
  for (const ModuleData& module : found) {
    const Mapping* there = map.find(module.variables.start);
    ASSERT_NE(there, nullptr);
    EXPECT_FALSE(read.start <= module.variables.start &&
                 module.variables.start < read.start + size);
  }
  munmap(mapped, size);
  fclose(file);
}

/// The same of one whose variables would end in other memory of the program, behind a hole.
TEST(ModuleData, AFileThatIsOnlyReadHasNoVariablesBehindAHole) {
  constexpr std::uint64_t kPage = 4096, kPages = 8;
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phoff = sizeof header;
  header.e_phnum = 2;
  Elf64_Phdr parts[2] = {};
  parts[0].p_type = parts[1].p_type = PT_LOAD;
  parts[0].p_filesz = parts[0].p_memsz = kPage;
  parts[1].p_flags = PF_R | PF_W;
  parts[1].p_offset = parts[1].p_vaddr = kPage;  // as the file lies that is read in one piece
  parts[1].p_filesz = kPage;
  parts[1].p_memsz = (kPages - 1) * kPage;
  FILE* file = tmpfile();
  ASSERT_NE(file, nullptr);
  fwrite(&header, sizeof header, 1, file);
  fwrite(parts, sizeof parts, 1, file);
  ASSERT_EQ(fflush(file), 0);
  ASSERT_EQ(ftruncate(fileno(file), 2 * kPage), 0);
  auto* place = static_cast<char*>(
      mmap(nullptr, kPages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_EQ(mmap(place, 2 * kPage, PROT_READ, MAP_PRIVATE | MAP_FIXED, fileno(file), 0), place);
  munmap(place + 2 * kPage, (kPages - 3) * kPage);
  MemoryMap map;
  PageArray<ModuleData> found;
  ASSERT_TRUE(map.read());
  ASSERT_TRUE(find_module_data(map, &found));
  for (const ModuleData& module : found)
    EXPECT_NE(module.variables.start, address_of(place) + kPage);
  munmap(place, kPages * kPage);
  fclose(file);
}

/// malloc_state as glibc lays it out, with all lists empty.
struct Arena {
  std::vector<std::uint64_t> words = std::vector<std::uint64_t>(600, 0);
  static constexpr std::size_t kFast = 100, kFirst = kFast + 12, kHeads = 127;

  Arena() {
    for (std::size_t i = 0; i < kHeads; ++i) set(i, own(i), own(i));
  }
  std::uint64_t own(std::size_t head) { return address_of(&words[kFirst + 2 * head]) - 16; }
  void set(std::size_t head, std::uint64_t next, std::uint64_t before) {
    words[kFirst + 2 * head] = next, words[kFirst + 2 * head + 1] = before;
  }
  Range bins() { return find_bins(words.data(), words.data() + words.size()); }
  Range expected() { return {address_of(&words[kFast]), address_of(&words[kFirst + 2 * kHeads])}; }
};

TEST(Bins, AreFoundExactly) {
  Arena arena;
  EXPECT_EQ(arena.bins().start, arena.expected().start);
  EXPECT_EQ(arena.bins().end, arena.expected().end);
}

TEST(Bins, ListsWithChunksBelongToThem) {
  Arena arena;
  alignas(16) std::uint64_t first[4] = {}, second[4] = {};
  for (const std::size_t head : {std::size_t{0}, std::size_t{60}, std::size_t{126}}) {
    arena.set(head, address_of(first), address_of(second));
    first[3] = second[2] = arena.own(head);
    EXPECT_EQ(arena.bins().start, arena.expected().start) << head;
    EXPECT_EQ(arena.bins().end, arena.expected().end) << head;
    arena.set(head, arena.own(head), arena.own(head));
  }
}

TEST(Bins, WordsThatAreNoHeadsDoNot) {
  Arena arena;
  alignas(16) std::uint64_t stranger[4] = {};
  arena.set(126, address_of(stranger), address_of(stranger));
  EXPECT_EQ(arena.bins().end, arena.expected().end - 16);
}

TEST(Bins, AFewPairsAreNone) {
  std::vector<std::uint64_t> words(200, 0);
  for (std::size_t i = 0; i < 20; ++i)
    words[50 + 2 * i] = words[51 + 2 * i] = address_of(&words[50 + 2 * i]) - 16;
  EXPECT_EQ(find_bins(words.data(), words.data() + words.size()).size(), 0u);
  EXPECT_EQ(find_bins(words.data(), words.data()).size(), 0u);
}

}  // namespace
}  // namespace leakhook::life
