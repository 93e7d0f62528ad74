// SPDX-License-Identifier: Apache-2.0
// Is the order that of the keys, and of the items where keys are equal?
#include "../../../export/radix_sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>

namespace leakhook {
namespace {

using Item = std::pair<std::uint64_t, int>;

std::vector<Item> sorted(std::vector<Item> items) {
  radix_sort(&items, [](const Item& item) { return item.first; });
  return items;
}

std::vector<Item> truth(std::vector<Item> items) {
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.first < b.first; });
  return items;
}

TEST(RadixSort, OrdersByEveryByteAndKeepsEqualOnesAsTheyCame) {
  std::mt19937_64 random(1);
  for (const std::uint64_t mask :
       {~std::uint64_t{0}, std::uint64_t{0xff}, std::uint64_t{0xff} << 56,
        std::uint64_t{0x00ff00f000000100}, std::uint64_t{0}}) {
    std::vector<Item> items;
    for (int i = 0; i < 3000; ++i) items.emplace_back(random() & mask, i);
    EXPECT_EQ(sorted(items), truth(items)) << mask;
  }
}

TEST(RadixSort, FewOrNone) {
  EXPECT_TRUE(sorted({}).empty());
  EXPECT_EQ(sorted({{7, 1}}), (std::vector<Item>{{7, 1}}));
  EXPECT_EQ(sorted({{~std::uint64_t{0}, 1}, {0, 2}}),
            (std::vector<Item>{{0, 2}, {~std::uint64_t{0}, 1}}));
}

}  // namespace
}  // namespace leakhook
