// SPDX-License-Identifier: Apache-2.0
// What does a forked child make of its parent's books, and does the parent notice?
#include "../../../preload/life/books.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "../../../preload/ledger/live_table.h"
#include "../../../preload/ledger/resource_table.h"
#include "../../../preload/ledger/stack_table.h"
#include "../../../preload/life/process.h"
#include "own_books.h"

namespace leakhook::life {
namespace {

using ledger::segment;
using testing::in_child;
using testing::kMiB;
using testing::OwnBooks;

void* block(std::uint64_t n) { return reinterpret_cast<void*>(n * 64); }

class TemporaryFolder {
 public:
  TemporaryFolder() {
    char path[] = "/tmp/leakhook-books-XXXXXX";
    path_ = mkdtemp(path);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::string path_;
};

/// Once with private memory, once with a file of LEAKHOOK_DIR.
class TakenOver : public ::testing::TestWithParam<bool> {
 protected:
  TakenOver() : books_(64 * kMiB, GetParam() ? folder_.path() : "") {
    const ledger::Caller caller = LEAKHOOK_CALLER;
    for (std::uint64_t i = 1; i <= 100; ++i) ledger::acquired_block(LEAKHOOK_FRAME, block(i), i);
    ledger::acquired_fd(caller, Kind::file, 5, "/five");
    ledger::acquired(caller, Kind::timer, 1);
    ledger::acquired(caller, Kind::process, 2);
    ledger::acquired(caller, Kind::library, 3);
  }

  TemporaryFolder folder_;
  OwnBooks books_;
};
INSTANTIATE_TEST_SUITE_P(, TakenOver, ::testing::Bool(), [](const auto& is_file) {
  return is_file.param ? "InAFile" : "InMemory";
});

TEST_P(TakenOver, TheChildIsAProcessOfItsOwn) {
  const std::int32_t parent = getpid();
  EXPECT_EQ(in_child([=] {
              if (!take_over_books()) return false;
              const Header& header = *segment.header;
              return header.pid == getpid() && header.parent_pid == parent &&
                     header.is_forked == 1 && header.is_first_of_tree == 0 &&
                     segment.owner == getpid() && ledger::this_thread.record->tid == gettid();
            }),
            0);
  EXPECT_EQ(segment.header->pid, parent);
  EXPECT_EQ(segment.header->is_forked, 0u);
  EXPECT_EQ(folder_.files(), GetParam() ? 2u : 0u);
}

TEST_P(TakenOver, WhatItInheritedIsThere) {
  EXPECT_EQ(in_child([] {
              if (!take_over_books()) return false;
              for (std::uint64_t i = 1; i <= 100; ++i) {
                const auto found = ledger::live_table::withdraw(i * 64);
                if (LiveValue::decode(found.value).size != i) return false;
                if (birth_of_key(found.key) > segment.header->inherited_until) return false;
              }
              return segment.records<FdRecord>(Region::fds)[5].kind == Kind::file;
            }),
            0);
  EXPECT_NE(ledger::live_table::withdraw(64).key, 0u) << "the parent still has it";
}

TEST_P(TakenOver, WhatItAcquiresIsItsOwn) {
  EXPECT_EQ(in_child([] {
              if (!take_over_books()) return false;
              ledger::acquired_block(testing::FrameCalledFrom(0x1234), block(1000), 1);
              const auto found = ledger::live_table::withdraw(1000 * 64);
              return found.key != 0 && birth_of_key(found.key) > segment.header->inherited_until;
            }),
            0);
  EXPECT_EQ(ledger::live_table::withdraw(1000 * 64).key, 0u) << "the parent knows nothing of it";
}

TEST_P(TakenOver, TimersAndChildrenStayBehind) {
  EXPECT_EQ(in_child([] {
              return take_over_books() && ledger::resource_table::count_of(Kind::timer) == 0 &&
                     ledger::resource_table::count_of(Kind::process) == 0 &&
                     ledger::resource_table::count_of(Kind::library) == 1;
            }),
            0);
  EXPECT_EQ(ledger::resource_table::count_of(Kind::timer), 1u);
}

TEST_P(TakenOver, NothingWasAllocatedByTheChildYet) {
  const auto allocated = [] {
    std::uint64_t sum = 0;
    const auto* counts = segment.records<StackCounts>(Region::counts);
    const std::uint64_t places =
        segment.extent(Region::counts).committed.load() / sizeof(StackCounts);
    for (std::uint64_t i = 0; i < places; ++i) sum += counts[i].objects.load();
    return sum;
  };
  EXPECT_EQ(allocated(), 100u);
  EXPECT_EQ(in_child([&] { return take_over_books() && allocated() == 0; }), 0);
  EXPECT_EQ(allocated(), 100u);
}

TEST_P(TakenOver, TheTotalOfItsPagesIsRight) {
  EXPECT_EQ(in_child([] {
              if (!take_over_books()) return false;
              std::uint64_t sum = 0;
              for (const RegionExtent& extent : segment.header->regions)
                sum += extent.committed.load();
              return segment.header->committed_total.load() == sum;
            }),
            0);
}

TEST_P(TakenOver, GrandchildrenToo) {
  EXPECT_EQ(in_child([] {
              return take_over_books() && in_child([] {
                                            return take_over_books() &&
                                                   segment.header->birth_shift == 3 &&
                                                   ledger::live_table::withdraw(64).key != 0;
                                          }) == 0;
            }),
            0);
}

/// A thread of the parent holds its record through the fork, and ends in the child.
TEST_P(TakenOver, RecordsThatThreadsPointToStayWhereTheyAre) {
  const ThreadRecord* record = ledger::this_thread.record;
  EXPECT_EQ(in_child([=] {
              return take_over_books() && record == ledger::this_thread.record &&
                     record == segment.records<ThreadRecord>(Region::threads) &&
                     record->is_main == 1;
            }),
            0);
}

TEST(TakenOverWithoutRoom, GoesOnInPrivateMemory) {
  TemporaryFolder folder;
  const OwnBooks books(64 * kMiB, folder.path());
  ledger::acquired_block(testing::FrameCalledFrom(0x1234), block(1), 5);
  std::filesystem::remove_all(folder.path());
  process.settings.VERBOSE = 0;
  EXPECT_EQ(in_child([] {
              if (!take_over_books() || segment.is_file) return false;
              for (std::uint64_t i = 2; i < 50'000; ++i)  // grows
                ledger::acquired_block(testing::FrameCalledFrom(0x1234), block(i), 5);
              return ledger::live_table::withdraw(64).key != 0 &&
                     ledger::live_table::withdraw(49'999 * 64).key != 0;
            }),
            0);
}

TEST(Process, KeepsALongThreadName) {
  char before[16] = {};
  prctl(PR_GET_NAME, before);
  prctl(PR_SET_NAME, "fifteen_letters");
  look_at_process();
  EXPECT_STREQ(process.name, "fifteen_letters");
  prctl(PR_SET_NAME, "x");
  look_at_process();
  EXPECT_STREQ(process.name, "x");
  prctl(PR_SET_NAME, before);
}

TEST(Process, KnowsItself) {
  look_at_process();
  EXPECT_EQ(process.executable, std::filesystem::read_symlink("/proc/self/exe").string());
  EXPECT_EQ(process.directory, std::filesystem::current_path().string());
  EXPECT_EQ(std::string(process.program), std::filesystem::path(process.executable).filename());
  EXPECT_LT(age_of_process(), 3'600'000'000'000u);
  EXPECT_GT(process.start_ticks, 0u);
}

}  // namespace
}  // namespace leakhook::life
