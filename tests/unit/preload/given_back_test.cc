// SPDX-License-Identifier: Apache-2.0
// Is what was given back lately remembered, under its own name only?
#include "../../../preload/ledger/given_back.h"

#include <gtest/gtest.h>

namespace leakhook::ledger::given_back {
namespace {

TEST(GivenBack, IsFoundByKindAndIdentity) {
  forget_all();
  Place place{};
  EXPECT_FALSE(find(Kind::thread, 0x7f0000001000, &place));
  remember(Kind::thread, 0x7f0000001000, {kMaxStacks - 1, 77});
  EXPECT_FALSE(find(Kind::timer, 0x7f0000001000, &place));
  EXPECT_FALSE(find(Kind::thread, 0x7f0000002000, &place));
  ASSERT_TRUE(find(Kind::thread, 0x7f0000001000, &place));
  EXPECT_EQ(place.closed, kMaxStacks - 1);
  EXPECT_EQ(place.opened, 77u);
}

TEST(GivenBack, TheLastTimeCounts) {
  forget_all();
  Place place{};
  remember(Kind::timer, 3, {1, 2});
  remember(Kind::timer, 3, {4, 5});
  ASSERT_TRUE(find(Kind::timer, 3, &place));
  EXPECT_EQ(place.closed, 4u);
  EXPECT_EQ(place.opened, 5u);
}

TEST(GivenBack, NobodyIsTakenForSomebodyElse) {
  forget_all();
  for (std::uint64_t i = 0; i < 1000; ++i)
    remember(Kind::thread, 0x7f0000000000 + i * 4096, {1, 2});
  Place place{};
  for (std::uint64_t i = 1000; i < 20'000; ++i)
    EXPECT_FALSE(find(Kind::thread, 0x7f0000000000 + i * 4096, &place)) << i;
}

TEST(GivenBack, IsForgottenInAForkedChild) {
  Place place{};
  remember(Kind::timer, 3, {1, 2});
  forget_all();
  EXPECT_FALSE(find(Kind::timer, 3, &place));
  EXPECT_FALSE(find(Kind::none, 0, &place));
}

}  // namespace
}  // namespace leakhook::ledger::given_back
