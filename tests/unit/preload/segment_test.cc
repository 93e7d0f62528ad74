// SPDX-License-Identifier: Apache-2.0
// Are the pages of the books there when they are promised, and never more than allowed?
#include "../../../preload/ledger/segment.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <thread>
#include <vector>

#include "../../../preload/ledger/sandbox.h"
#include "own_books.h"

namespace leakhook::ledger {
namespace {

using testing::kMiB;

constexpr int kRegions = static_cast<int>(Region::count);

/// A segment that no table uses.
class BareSegment {
 public:
  explicit BareSegment(std::uint64_t memory, int fd = -1) {
    is_made = make_segment(memory, fd, &segment);
  }
  ~BareSegment() {
    if (is_made) munmap(segment.header, segment.size);
  }
  std::uint64_t counter(Counter counter) const {
    return segment.header->counters[static_cast<int>(counter)].load();
  }
  std::uint64_t sum_of_extents() const {
    std::uint64_t sum = 0;
    for (const RegionExtent& extent : segment.header->regions) sum += extent.committed.load();
    return sum;
  }

  Segment segment{};
  bool is_made;
};

TEST(Segment, RegionsLieBehindEachOther) {
  for (const std::uint64_t memory :
       {std::uint64_t{1}, kMiB, 3 * kMiB + 5, 256 * kMiB, 8192 * kMiB}) {
    RegionExtent plan[kRegions];
    const std::uint64_t size = plan_regions(memory, plan);
    std::uint64_t end = kHeaderSize;
    for (const RegionExtent& extent : plan) {
      EXPECT_EQ(extent.offset, end);
      EXPECT_EQ(extent.offset % 4096, 0u);
      if (&extent == &plan[static_cast<int>(Region::reach)])
        EXPECT_EQ(extent.reserved, 0u);  // only a dump has it
      else
        EXPECT_GT(extent.reserved, 0u);
      EXPECT_EQ(extent.committed.load(), 0u);
      end = extent.offset + extent.reserved;
    }
    EXPECT_EQ(size, end);
  }
}

TEST(Segment, PlanHoldsWhatIdsCanName) {
  RegionExtent plan[kRegions];
  plan_regions(1ull << 40, plan);
  const auto reserved = [&plan](Region region) {
    return plan[static_cast<int>(region)].reserved.load();
  };
  EXPECT_EQ(reserved(Region::stacks), std::uint64_t{kMaxStacks} * sizeof(StackRecord));
  EXPECT_EQ(reserved(Region::counts),
            std::uint64_t{kMaxStacks} * kCountShards * sizeof(StackCounts));
  EXPECT_EQ(reserved(Region::modules), 4096 * sizeof(ModuleRecord));
  EXPECT_EQ(reserved(Region::names), kMaxNames * sizeof(NameRecord));
}

TEST(Segment, CommittedPagesAreZeroAndWritable) {
  BareSegment bare(4 * kMiB);
  ASSERT_TRUE(bare.is_made);
  Segment& segment = bare.segment;
  ASSERT_TRUE(segment.commit(Region::live, 100));
  EXPECT_EQ(segment.extent(Region::live).committed.load(), 4096u) << "whole pages";
  ASSERT_TRUE(segment.commit(Region::live, kMiB - 1));
  EXPECT_EQ(segment.extent(Region::live).committed.load(), kMiB)
      << "large pieces in steps of 64 KiB";
  ASSERT_TRUE(segment.commit(Region::live, 4096)) << "smaller than what is there: nothing to do";
  EXPECT_EQ(segment.extent(Region::live).committed.load(), kMiB);
  char* bytes = segment.records<char>(Region::live);
  for (std::uint64_t i = 0; i < kMiB; ++i) ASSERT_EQ(bytes[i], 0);
  std::memset(bytes, 1, kMiB);
  EXPECT_EQ(segment.header->committed_total.load(), bare.sum_of_extents());
}

TEST(Segment, WhatIsNotCommittedCannotBeTouched) {
  BareSegment bare(4 * kMiB);
  ASSERT_TRUE(bare.segment.commit(Region::live, 4096));
  char seen = 0;
  // A pipe write tells without dying.
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_EQ(write(ends[1], bare.segment.records<char>(Region::live), 1), 1);
  EXPECT_EQ(write(ends[1], bare.segment.records<char>(Region::live) + 4096, 1), -1);
  EXPECT_EQ(read(ends[0], &seen, 1), 1);
  close(ends[0]), close(ends[1]);
}

TEST(Segment, NothingElseLiesRightBeforeIt) {
  const BareSegment bare(kMiB);
  ASSERT_TRUE(bare.is_made);
  char* before = reinterpret_cast<char*>(bare.segment.header) - 4096;
  // Refused, or put elsewhere by an emulator that takes the place for a wish.
  EXPECT_NE(mmap(before, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0),
            before);
  EXPECT_DEATH(*before = 1, "");
}

TEST(Segment, NeverPromisesMoreThanTheRegionHas) {
  BareSegment bare(64 * kMiB);
  Segment& segment = bare.segment;
  const std::uint64_t reserved = segment.extent(Region::names).reserved;
  EXPECT_FALSE(segment.commit(Region::names, reserved + 1)) << "nothing committed yet";
  EXPECT_TRUE(segment.commit(Region::names, reserved));
  EXPECT_FALSE(segment.commit(Region::names, reserved + 1)) << "all committed";
}

TEST(Segment, TheCeilingIsCounted) {
  BareSegment bare(2 * kMiB);
  Segment& segment = bare.segment;
  EXPECT_TRUE(segment.commit(Region::live, kMiB));
  EXPECT_FALSE(segment.commit(Region::live, 2 * kMiB + 4096));
  EXPECT_EQ(bare.counter(Counter::ceiling_reached), 0u) << "not the ceiling: the region's end";
  EXPECT_TRUE(segment.commit(Region::live, 2 * kMiB));
  EXPECT_FALSE(segment.commit(Region::names, 4096));
  EXPECT_EQ(bare.counter(Counter::ceiling_reached), 1u);
  EXPECT_EQ(segment.extent(Region::names).committed.load(), 0u);
  EXPECT_EQ(segment.header->committed_total.load(), 2 * kMiB);
}

/// Threads that want the same growth at once: the total counts it once.
void grow_together(int threads) {
  BareSegment bare(64 * kMiB);
  Segment& segment = bare.segment;
  std::atomic<int> waiting{0}, refused{0};
  std::vector<std::thread> all;
  constexpr std::uint64_t kSteps = 512;
  for (int t = 0; t < threads; ++t)
    all.emplace_back([&] {
      for (std::uint64_t step = 1; step <= kSteps; ++step) {
        ++waiting;
        while (waiting.load() < threads * static_cast<int>(step)) std::this_thread::yield();
        // Past half of the ceiling, so that counting twice is noticed.
        refused += !segment.commit(Region::live, step * kMiB / 8);
        // Everybody may write now.
        segment.records<std::atomic<char>>(Region::live)[step * kMiB / 8 - 1].store(1);
      }
    });
  for (std::thread& thread : all) thread.join();
  EXPECT_EQ(refused.load(), 0);
  EXPECT_EQ(bare.counter(Counter::ceiling_reached), 0u);
  EXPECT_EQ(segment.extent(Region::live).committed.load(), 64 * kMiB);
  EXPECT_EQ(segment.header->committed_total.load(), 64 * kMiB);
  const char* bytes = segment.records<char>(Region::live);
  for (std::uint64_t step = 1; step <= kSteps; ++step)
    ASSERT_EQ(bytes[step * kMiB / 8 - 1], 1) << "what was written is still there";
}

TEST(Segment, GrowsOnceForManyThreads) { grow_together(4); }

TEST(Segment, GrowsOnceForManyThreadsUnderAFilter) {
  EXPECT_EQ(testing::in_child([] {
              note_sandbox();
              grow_together(4);
              return !::testing::Test::HasFailure();
            }),
            0);
}

TEST(Segment, GoesOnInTheMiddleOfAFileOfItsOwn) {
  RegionExtent plan[kRegions];
  const std::uint64_t size = plan_regions(kMiB, plan);
  const int fd = memfd_create("segment", MFD_CLOEXEC);
  ASSERT_EQ(ftruncate(fd, static_cast<off_t>(size)), 0);
  BareSegment bare(kMiB, fd);
  ASSERT_TRUE(bare.is_made);
  EXPECT_TRUE(bare.segment.is_file);
  ASSERT_TRUE(bare.segment.commit(Region::names, 4096));
  bare.segment.records<char>(Region::names)[5] = 'x';
  char byte = 0;
  ASSERT_EQ(
      pread(fd, &byte, 1, static_cast<off_t>(plan[static_cast<int>(Region::names)].offset) + 5), 1);
  EXPECT_EQ(byte, 'x');
  close(fd);
}

/// The program may map this page.
bool is_free(const char* page) {
  void* const at = const_cast<char*>(page);
  void* const mapped = mmap(at, 4096, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  return mapped == at && munmap(mapped, 4096) == 0;
}

/// A segment of 64 MiB, of which 2 MiB of the live table hold something, keeps what one of 1 MiB
/// would have. `fd` as make_segment(). In a child: what else it maps may lie in the holes.
bool gives_back(int fd) {
  RegionExtent plan[kRegions];
  const std::uint64_t size = plan_regions(kMiB, plan);
  BareSegment bare(64 * kMiB, fd);
  Segment& segment = bare.segment;
  if (!bare.is_made || !segment.commit(Region::live, 2 * kMiB)) return false;
  const auto* before = reinterpret_cast<char*>(segment.header);
  std::uint64_t planned = 0;
  for (const RegionExtent& extent : segment.header->regions) planned += extent.reserved;
  char* const live = segment.records<char>(Region::live);
  std::memset(live, 1, 2 * kMiB);
  segment.give_back(kMiB);
  std::uint64_t kept = 0;
  for (int i = 0; i < kRegions; ++i) {
    const RegionExtent& extent = segment.header->regions[i];
    const std::uint64_t wanted =
        static_cast<Region>(i) == Region::live ? 3 * kMiB : plan[i].reserved.load();
    kept += extent.reserved;
    EXPECT_GE(extent.reserved.load(), wanted) << i;
    EXPECT_LE(extent.reserved.load(), wanted + 64 * 1024) << i;
    if (i + 1 >= kRegions) continue;
    const char* const next = before + segment.header->regions[i + 1].offset;
    const char* const end = segment.regions[i] + extent.reserved;
    if (end == next) continue;  // as large in a small segment
    // What was behind it is the program's, but for the page before the next region.
    EXPECT_TRUE(is_free(end)) << i;
    EXPECT_TRUE(is_free(next - 2 * 4096)) << i;
    EXPECT_FALSE(is_free(next - 4096)) << i;
  }
  EXPECT_LT(kept, size + 3 * kMiB);
  EXPECT_GT(planned, 64 * kMiB);
  for (std::uint64_t i = 0; i < 2 * kMiB; ++i)
    if (live[i] != 1) return false;
  // It grows within the rest, and no further.
  EXPECT_TRUE(segment.commit(Region::live, 3 * kMiB));
  std::memset(live, 2, 3 * kMiB);
  EXPECT_FALSE(segment.commit(Region::live, 3 * kMiB + 1));
  EXPECT_TRUE(segment.commit(Region::names, 4096));
  EXPECT_EQ(bare.counter(Counter::ceiling_reached) + bare.counter(Counter::segment_refused), 0u);
  EXPECT_EQ(segment.header->committed_total.load(), bare.sum_of_extents());
  return !::testing::Test::HasFailure();
}

TEST(Segment, GivesBackWhatASmallerOneWouldNotHave) {
  EXPECT_EQ(testing::in_child([] { return gives_back(-1); }), 0);
}

TEST(Segment, GivesBackWhatASmallerOneInAFileWouldNotHave) {
  EXPECT_EQ(testing::in_child([] {
              RegionExtent plan[kRegions];
              const int fd = memfd_create("segment", MFD_CLOEXEC);
              return ftruncate(fd, static_cast<off_t>(plan_regions(64 * kMiB, plan))) == 0 &&
                     gives_back(fd);
            }),
            0);
}

/// What the program maps into the holes stays as it is when a forked child gets pages of its own.
TEST(Segment, MovesAroundWhatTheProgramHasInTheHoles) {
  const auto body = [] {
    RegionExtent plan[kRegions];
    const std::uint64_t size = plan_regions(64 * kMiB, plan);
    const int parents = memfd_create("parent", MFD_CLOEXEC), own = memfd_create("own", MFD_CLOEXEC);
    if (ftruncate(parents, static_cast<off_t>(size)) != 0) return false;
    if (ftruncate(own, static_cast<off_t>(size)) != 0) return false;
    BareSegment bare(64 * kMiB, parents);
    Segment& segment = bare.segment;
    if (!segment.commit(Region::live, 2 * kMiB)) return false;
    char* const live = segment.records<char>(Region::live);
    live[kMiB] = 1;
    segment.give_back(kMiB);
    const std::uint64_t reserved = segment.extent(Region::live).reserved;
    auto* const theirs =
        static_cast<char*>(mmap(live + reserved, 4096, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
    if (theirs != live + reserved) return false;
    *theirs = 5;
    for (const int fd : {own, -1}) {
      if (!segment.move_to(fd) || segment.is_file != (fd >= 0)) return false;
      if (live[kMiB] != 1 || *theirs != 5) return false;
      if (!segment.commit(Region::live, reserved)) return false;
      live[kMiB + 1] = live[reserved - 1] = 2;
    }
    const auto offset = static_cast<off_t>(segment.extent(Region::live).offset + kMiB);
    char byte = 0;
    if (pread(parents, &byte, 1, offset + 1) != 1 || byte != 0) return false;
    return pread(own, &byte, 1, offset + 1) == 1 && byte == 2;
  };
  EXPECT_EQ(testing::in_child(body), 0);
}

/// Pages that are opened are never those which were given back: the program may have them by then.
TEST(Segment, GivesNothingBackUnderThoseWhoGrow) {
  const auto body = [] {
    int given_back = 0;
    for (int round = 0; round < 200; ++round) {
      BareSegment bare(64 * kMiB);
      Segment& segment = bare.segment;
      const std::uint64_t reserved = segment.reserved(Region::live);
      std::atomic<bool> begins{false};
      std::vector<std::thread> all;
      for (std::uint64_t t = 0; t < 3; ++t)
        all.emplace_back([&, t] {
          while (!begins.load()) std::this_thread::yield();
          for (std::uint64_t bytes = 4096; segment.commit(Region::live, bytes); bytes += 65536)
            segment.records<char>(Region::live)[bytes - 1 - t] = 1;
        });
      begins.store(true);
      segment.give_back(kMiB);
      for (std::thread& thread : all) thread.join();
      const RegionExtent& live = segment.extent(Region::live);
      if (live.committed > live.reserved) return false;
      if (bare.counter(Counter::segment_refused) != 0) return false;
      if (live.reserved == reserved) continue;  // they had taken it all by then
      if (!is_free(segment.records<char>(Region::live) + live.reserved)) return false;
      ++given_back;
    }
    return given_back > 0;
  };
  EXPECT_EQ(testing::in_child(body), 0);
}

bool limit(__rlimit_resource resource, std::uint64_t bytes) {
  const rlimit wanted{bytes, RLIM_INFINITY};
  return setrlimit(resource, &wanted) == 0;
}

TEST(Segment, ARefusedReservationMakesNothing) {
  EXPECT_EQ(testing::in_child([] {
              Segment segment{};
              return limit(RLIMIT_AS, 4096) && !make_segment(kMiB, -1, &segment) &&
                     segment.header == nullptr;
            }),
            0);
}

/// Data that the process may write grows with each committed page: this limit refuses them.
TEST(Segment, ARefusedCommitIsCountedAndAskedAgainRarely) {
  const auto body = [] {
    BareSegment bare(64 * kMiB);
    Segment& segment = bare.segment;
    if (!segment.commit(Region::live, 4096) || !limit(RLIMIT_DATA, 4096)) return false;
    int asked = 0;
    for (int i = 0; i < 1000; ++i) {
      if (segment.commit(Region::live, kMiB)) return false;
      asked = static_cast<int>(bare.counter(Counter::segment_refused));
    }
    if (asked < 2 || asked > 20) return false;
    if (segment.header->committed_total.load() != 4096) return false;
    if (!limit(RLIMIT_DATA, RLIM_INFINITY)) return false;
    for (int i = 0; i < 5000; ++i)  // the next try comes, late
      if (segment.commit(Region::live, kMiB)) break;
    segment.records<char>(Region::live)[kMiB - 1] = 1;
    return segment.commit(Region::names, 4096);
  };
  EXPECT_EQ(testing::in_child(body), 0);
}

}  // namespace
}  // namespace leakhook::ledger
