// SPDX-License-Identifier: Apache-2.0
// Do the places of a record stay the same while the table grows around it?
#include "../../../preload/ledger/probe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace leakhook::ledger {
namespace {

std::vector<std::uint64_t> places(std::uint64_t hash, std::uint64_t end, std::uint64_t smallest) {
  std::vector<std::uint64_t> all;
  EXPECT_FALSE(for_each_place(hash, end, smallest, [&all](std::uint64_t place) {
    all.push_back(place);
    return false;
  }));
  return all;
}

TEST(Probe, GivesFourPlacesALevelNewestFirst) {
  for (std::uint64_t n = 1; n < 1000; ++n) {
    const std::vector<std::uint64_t> all = places(mix(n), 256, 16);
    ASSERT_EQ(all.size(), 5u * 4);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::uint64_t end = std::uint64_t{256} >> i / 4, begin = end == 16 ? 0 : end / 2;
      ASSERT_GE(all[i], begin);
      ASSERT_LT(all[i], end);
    }
  }
}

TEST(Probe, OldPlacesStayWhenTheTableGrows) {
  for (std::uint64_t n = 1; n < 1000; ++n) {
    const std::vector<std::uint64_t> before = places(mix(n), 1024, 4);
    const std::vector<std::uint64_t> after = places(mix(n), 2048, 4);
    ASSERT_TRUE(std::equal(before.begin(), before.end(), after.begin() + 4));
  }
}

TEST(Probe, StopsWhereItIsTold) {
  int seen = 0;
  EXPECT_TRUE(for_each_place(mix(1), 64, 16, [&seen](std::uint64_t) { return ++seen == 6; }));
  EXPECT_EQ(seen, 6);
}

TEST(Probe, UsesAllBuckets) {
  std::map<std::uint64_t, int> hits;
  for (std::uint64_t n = 0; n < 64 * 100; ++n)
    for (const std::uint64_t place : places(mix(n), 64, 16)) ++hits[place];
  EXPECT_EQ(hits.size(), 64u);
  for (const auto& [place, count] : hits) {
    EXPECT_GT(count, 600) << place;  // a level of 32 buckets gets 800 each, of 16 twice as many
    EXPECT_LT(count, 2000) << place;
  }
}

TEST(Mix, IsDifferentForDifferentWords) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t n = 0; n < 100'000; ++n) all.push_back(mix(n * 8));
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

}  // namespace
}  // namespace leakhook::ledger
