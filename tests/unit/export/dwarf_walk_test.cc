// SPDX-License-Identifier: Apache-2.0
// Naming thousands of addresses walks the debug data once, not once for each of them. Calls of libdw
// are counted by the linker's --wrap.
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "../../../export/dwarf_index.h"
#include "../../../export/elf_file.h"

namespace {
std::size_t steps = 0;
}  // namespace

extern "C" {
int __real_dwarf_child(Dwarf_Die* die, Dwarf_Die* result);
int __real_dwarf_siblingof(Dwarf_Die* die, Dwarf_Die* result);
int __wrap_dwarf_child(Dwarf_Die* die, Dwarf_Die* result) {
  ++steps;
  return __real_dwarf_child(die, result);
}
int __wrap_dwarf_siblingof(Dwarf_Die* die, Dwarf_Die* result) {
  ++steps;
  return __real_dwarf_siblingof(die, result);
}
}

namespace leakhook {
namespace {

/// Steps of a walk over everything below `die`.
std::size_t steps_of_all(Dwarf_Die* die) {
  std::size_t all = 1;
  Dwarf_Die child;
  if (__real_dwarf_child(die, &child) != 0) return all;
  do all += 1 + steps_of_all(&child);
  while (__real_dwarf_siblingof(&child, &child) == 0);
  return all;
}

std::size_t steps_of_all(Dwarf* dwarf) {
  std::size_t all = 0;
  Dwarf_CU* unit = nullptr;
  Dwarf_Die die;
  while (dwarf_get_units(dwarf, unit, &unit, nullptr, nullptr, &die, nullptr) == 0)
    all += steps_of_all(&die);
  return all;
}

class DwarfWalkTest : public ::testing::Test {
 protected:
  DwarfWalkTest()
      : file_(ElfFile::open("/proc/self/exe")),
        dwarf_(dwarf_begin_elf(file_->elf(), DWARF_C_READ, nullptr)) {}
  ~DwarfWalkTest() override { dwarf_end(dwarf_); }
  void SetUp() override {
    if (!dwarf_) GTEST_SKIP() << "built without debug data";
  }

  /// Spread evenly over our own code.
  std::vector<std::uint64_t> addresses(std::size_t count) const {
    const auto code = file_->code_segments().at(0);
    std::vector<std::uint64_t> found;
    for (std::size_t i = 0; i < count; ++i)
      found.push_back(code.address + (code.size - 1) / count * i);
    return found;
  }

  /// Steps that it takes to name so many addresses. `named`: of how many the function is known.
  std::size_t steps_for(std::size_t count, std::size_t* named) const {
    const auto asked = addresses(count);
    steps = 0;
    *named = 0;
    for (const SourcePlace& place : source_places(dwarf_, asked)) *named += !place.frames.empty();
    return steps;
  }

  std::unique_ptr<ElfFile> file_;
  Dwarf* dwarf_;
};

TEST_F(DwarfWalkTest, TwoThousandAddressesTakeOneWalk) {
  std::size_t named = 0;
  const std::size_t taken = steps_for(2000, &named);
  EXPECT_GT(named, 100u);
  EXPECT_GT(taken, 1000u);
  // Types are passed over at first; where that leaves an address without a name they are walked, too.
  EXPECT_LT(taken, 2 * steps_of_all(dwarf_));
}

TEST_F(DwarfWalkTest, TenTimesAsManyTakeHardlyMore) {
  std::size_t few = 0, many = 0;
  const std::size_t for_few = steps_for(2000, &few), for_many = steps_for(20000, &many);
  EXPECT_GT(many, 5 * few);
  EXPECT_LT(for_many, 3 * for_few);
}

}  // namespace
}  // namespace leakhook
