// SPDX-License-Identifier: Apache-2.0
// Do the records of mappings cover exactly what is mapped, however it is cut?
#include "../../../preload/ledger/mappings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>
#include <tuple>
#include <vector>

#include "own_books.h"

namespace leakhook::ledger {
namespace {

using testing::OwnBooks;

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kBase = 0x7e0000000000;

void* page(std::uint64_t n) { return reinterpret_cast<void*>(kBase + n * kPage); }

/// First page, number of pages, stack.
using Piece = std::tuple<std::uint64_t, std::uint64_t, StackId>;

std::vector<Piece> pieces() {
  std::vector<Piece> all;
  const RegionExtent& extent = segment.extent(Region::resources);
  const auto* records = segment.records<ResourceRecord>(Region::resources);
  for (std::uint64_t i = 0; i < extent.committed.load() / sizeof(ResourceRecord); ++i)
    if (records[i].kind == Kind::mapping)
      all.emplace_back((records[i].identity - kBase) / kPage, records[i].size / kPage,
                       records[i].stack);
  std::sort(all.begin(), all.end());
  return all;
}

class Mappings : public ::testing::Test {
 protected:
  /// Maps `count` pages from a stack of its own; returns its id.
  StackId map(std::uint64_t first, std::uint64_t count) {
    // A caller in no object: its stack is this one address.
    acquired_mapping({{++next_caller_}, 0, 0}, page(first), count * kPage, Beneath::others);
    for (const auto& [at, pages, stack] : pieces())
      if (at == first) return stack;
    return 0;
  }

  OwnBooks books_;
  std::uint64_t next_caller_ = 0x5000;
};

TEST_F(Mappings, OneIsThereUntilUnmapped) {
  const StackId a = map(10, 4);
  EXPECT_NE(a, 0u);
  EXPECT_EQ(pieces(), (std::vector<Piece>{{10, 4, a}}));
  released_range(page(10), 4 * kPage);
  EXPECT_TRUE(pieces().empty());
}

TEST_F(Mappings, SizesAreWholePages) {
  acquired_mapping({{1}, 0, 0}, page(0), 1, Beneath::nothing);
  EXPECT_EQ(std::get<1>(pieces().at(0)), 1u);
  released_range(page(0), kPage - 1);
  EXPECT_TRUE(pieces().empty());
}

/// As malloc with mmap behind it does: each at a place that was free.
void map_free(std::uint64_t first, std::uint64_t count) {
  acquired_mapping({{0x7000}, 0, 0}, page(first), count * kPage, Beneath::nothing);
}

TEST_F(Mappings, AmongManyThoseCutAtBothEndsAreFound) {
  constexpr std::uint64_t kMany = 2000;
  for (std::uint64_t i = 0; i < kMany; ++i) {
    map_free(i * 10, 8);
    released_range(page(i * 10), 2 * kPage);
    released_range(page(i * 10 + 6), 2 * kPage);
  }
  ASSERT_EQ(pieces().size(), kMany);
  for (std::uint64_t i = 0; i < kMany; ++i) EXPECT_EQ(std::get<0>(pieces()[i]), i * 10 + 2);
  // In the order in which they came, so none is the newest; the range sticks out at both ends.
  for (std::uint64_t i = 0; i < kMany; ++i) released_range(page(i * 10), 8 * kPage);
  EXPECT_TRUE(pieces().empty());
}

TEST_F(Mappings, AmongManyTheMiddleOfOneAndAWholeRangeAreCutOut) {
  for (std::uint64_t i = 0; i < 2000; ++i) map_free(i * 10, 10);
  released_range(page(105), 2 * kPage);
  EXPECT_EQ(pieces().size(), 2001u);
  released_range(page(1000), 1000 * kPage);  // exactly a hundred of them
  EXPECT_EQ(pieces().size(), 1901u);
  acquired_mapping({{0x7001}, 0, 0}, page(2015), 20 * kPage, Beneath::others);
  EXPECT_EQ(pieces().size(), 1901u);  // two cut, one gone, one new
}

TEST_F(Mappings, AStaleOneIsReplacedByWhatBeginsThereHoweverMany) {
  for (std::uint64_t i = 0; i < 2000; ++i) map_free(i * 10, 10);
  map_free(500, 3);  // the old one was unmapped by a way that nobody saw
  const std::vector<Piece> all = pieces();
  const auto at = std::find_if(all.begin(), all.end(),
                               [](const Piece& piece) { return std::get<0>(piece) == 500; });
  ASSERT_NE(at, all.end());
  EXPECT_EQ(std::get<1>(*at), 3u);
  EXPECT_EQ(std::get<0>(*(at + 1)), 503u) << "what sticks out is kept, as beneath MAP_FIXED";
}

TEST_F(Mappings, NoWalkThroughManyForAFreePlace) {
  for (std::uint64_t i = 0; i < 2000; ++i) map_free(i * 10, 10);
  map_free(505, 1);  // lies in one that is stale, which only a walk would tell
  EXPECT_EQ(pieces().size(), 2001u);
}

TEST_F(Mappings, TheHeadGoes) {
  const StackId a = map(10, 4);
  released_range(page(8), 3 * kPage);
  EXPECT_EQ(pieces(), (std::vector<Piece>{{11, 3, a}}));
}

TEST_F(Mappings, TheTailGoes) {
  const StackId a = map(10, 4);
  released_range(page(13), 9 * kPage);
  EXPECT_EQ(pieces(), (std::vector<Piece>{{10, 3, a}}));
}

TEST_F(Mappings, TheMiddleGoesAndTwoStay) {
  const StackId a = map(10, 4);
  released_range(page(11), kPage);
  EXPECT_EQ(pieces(), (std::vector<Piece>{{10, 1, a}, {12, 2, a}}));
}

TEST_F(Mappings, SeveralGoAtOnce) {
  const StackId a = map(0, 4), b = map(4, 4), c = map(8, 4);
  released_range(page(2), 8 * kPage);
  EXPECT_EQ(pieces(), (std::vector<Piece>{{0, 2, a}, {10, 2, c}}));
  EXPECT_NE(b, 0u);
}

TEST_F(Mappings, NeighboursStay) {
  const StackId a = map(0, 4), c = map(5, 4);
  released_range(page(4), kPage);
  released_range(page(2), 0);
  EXPECT_EQ(pieces(), (std::vector<Piece>{{0, 4, a}, {5, 4, c}}));
}

TEST_F(Mappings, AFixedOneCutsWhatWasThere) {
  const StackId a = map(0, 10);
  const StackId b = map(4, 2);
  EXPECT_EQ(pieces(), (std::vector<Piece>{{0, 4, a}, {4, 2, b}, {6, 4, a}}));
}

TEST_F(Mappings, PiecesKeepTheirBirthAndFlags) {
  acquired_mapping({{1}, 0, 0}, page(0), 3 * kPage, Beneath::nothing, true);
  const std::uint32_t birth = segment.header->birth_shift;
  released_range(page(1), kPage);
  EXPECT_EQ(shm_size(page(2)), kPage) << "still of shmat";
  WithdrawnRange withdrawn;
  withdraw_range(page(2), kPage, &withdrawn);
  ASSERT_EQ(withdrawn.count, 1);
  EXPECT_GE(withdrawn.pieces[0].birth, birth);
  EXPECT_EQ(withdrawn.pieces[0].flags, kResourceShm);
}

TEST_F(Mappings, AFailedCallPutsEverythingBack) {
  const StackId a = map(0, 4), b = map(6, 4);
  WithdrawnRange withdrawn;
  withdraw_range(page(2), 6 * kPage, &withdrawn);
  EXPECT_EQ(pieces(), (std::vector<Piece>{{0, 2, a}, {8, 2, b}}));
  restore_range(withdrawn);
  EXPECT_EQ(pieces(), (std::vector<Piece>{{0, 2, a}, {2, 2, a}, {6, 2, b}, {8, 2, b}}));
}

TEST_F(Mappings, WhatCannotBePutBackIsCounted) {
  constexpr std::uint64_t kMany = WithdrawnRange::kMax + 3;
  for (std::uint64_t i = 0; i < kMany; ++i) map(2 * i, 1);
  WithdrawnRange withdrawn;
  withdraw_range(page(0), 2 * kMany * kPage, &withdrawn);
  EXPECT_EQ(books_.counter(Counter::resource_table_full), 0u) << "not lost yet";
  restore_range(withdrawn);
  EXPECT_EQ(pieces().size(), kMany - 3);
  EXPECT_EQ(books_.counter(Counter::resource_table_full), 3u);
}

TEST_F(Mappings, AnEmptyWithdrawalRestoresNothing) {
  WithdrawnRange withdrawn;
  withdraw_range(page(2), 6 * kPage, &withdrawn);
  EXPECT_EQ(withdrawn.count, 0);
  restore_range(withdrawn);
  EXPECT_TRUE(pieces().empty());
}

TEST_F(Mappings, OnlyShmatHasAnShmSize) {
  map(0, 4);
  EXPECT_EQ(shm_size(page(0)), 0u);
  EXPECT_EQ(shm_size(page(50)), 0u);
}

TEST_F(Mappings, HugeRangesDoNotWrap) {
  const StackId a = map(0, 4);
  released_range(page(4), ~std::size_t{0});
  released_range(reinterpret_cast<void*>(~std::uint64_t{0} & ~(kPage - 1)), kPage);
  EXPECT_EQ(pieces(), (std::vector<Piece>{{0, 4, a}}));
}

/// Against a map of pages: whatever is done, each page has the owner that it has there.
TEST_F(Mappings, AgreesWithAMapOfPages) {
  constexpr std::uint64_t kPages = 64;
  std::mt19937_64 random(7);
  std::vector<StackId> owners(kPages, 0);
  for (int step = 0; step < 4000; ++step) {
    const std::uint64_t first = random() % kPages;
    const std::uint64_t count = 1 + random() % std::min<std::uint64_t>(8, kPages - first);
    const auto range = [&](StackId owner) {
      std::fill(owners.begin() + static_cast<long>(first),
                owners.begin() + static_cast<long>(first + count), owner);
    };
    WithdrawnRange withdrawn;
    switch (random() % 4) {
      case 0:
        released_range(page(first), count * kPage);
        range(0);
        break;
      case 1:  // munmap that fails
        withdraw_range(page(first), count * kPage, &withdrawn);
        restore_range(withdrawn);
        break;
      case 2:  // munmap that succeeds
        withdraw_range(page(first), count * kPage, &withdrawn);
        range(0);
        break;
      default:
        if (const StackId stack = map(first, count)) range(stack);
    }
    std::vector<StackId> seen(kPages, 0);
    for (const auto& [at, pages, stack] : pieces())
      for (std::uint64_t p = at; p < at + pages; ++p) {
        ASSERT_EQ(seen.at(p), 0u) << "two records for page " << p << " after step " << step;
        seen[p] = stack;
      }
    ASSERT_EQ(seen, owners) << "after step " << step;
  }
  EXPECT_EQ(books_.counter(Counter::resource_table_full), 0u);
}

/// Threads that unmap parts of one mapping do not overlook each other's remainders.
TEST_F(Mappings, ThreadsCutOneMapping) {
  for (int round = 0; round < 50; ++round) {
    const StackId a = map(0, 400);
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < 2; ++t)
      threads.emplace_back([t] {
        for (std::uint64_t p = t; p < 396; p += 2) released_range(page(p), kPage);
      });
    for (std::thread& thread : threads) thread.join();
    // A thread that lost its processor inside keeps the others out too long: counted.
    const bool was_disturbed = books_.counter(Counter::mapping_contention) != 0;
    ASSERT_TRUE(pieces() == (std::vector<Piece>{{396, 4, a}}) || was_disturbed) << round;
    released_range(page(0), 400 * kPage);
  }
}

}  // namespace
}  // namespace leakhook::ledger
