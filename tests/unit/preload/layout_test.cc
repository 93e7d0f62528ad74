// SPDX-License-Identifier: Apache-2.0
// Do the packed words of the segment give back what was put into them?
#include "../../../preload/contract/layout.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "../../../preload/contract/request.h"

namespace leakhook {
namespace {

LiveValue round_trip(std::uint64_t size, StackId stack, NameId thread) {
  return LiveValue::decode(LiveValue{size, stack, thread}.encode());
}

TEST(LiveValue, KeepsSmallBlocksWhole) {
  for (const std::uint64_t size :
       std::initializer_list<std::uint64_t>{0, 1, 4096, LiveValue::kSmallSizes - 1})
    for (const StackId stack : {0u, 1u, kMaxStacks - 1})
      for (const std::uint32_t thread : {0u, 1u, kMaxNames - 1}) {
        const LiveValue value = round_trip(size, stack, static_cast<NameId>(thread));
        EXPECT_EQ(value.size, size);
        EXPECT_EQ(value.stack, stack);
        EXPECT_EQ(value.thread, thread);
      }
}

TEST(LiveValue, HugeBlocksGiveTheirThreadForTheirSize) {
  for (const std::uint64_t size :
       {LiveValue::kSmallSizes, LiveValue::kSmallSizes + 1, LiveValue::kHugeSizes - 1}) {
    const LiveValue value = round_trip(size, kMaxStacks - 1, 17);
    EXPECT_EQ(value.size, size);
    EXPECT_EQ(value.stack, kMaxStacks - 1);
    EXPECT_EQ(value.thread, 0);
  }
  EXPECT_EQ(round_trip(~std::uint64_t{0}, 5, 0).size, LiveValue::kHugeSizes - 1);
  EXPECT_EQ(round_trip(~std::uint64_t{0}, 5, 0).stack, 5u);
}

TEST(LiveValue, RandomWordsRoundTrip) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t size = random() >> (random() % 41 + 23);
    const auto stack = static_cast<StackId>(random() % kMaxStacks);
    const auto thread = static_cast<NameId>(random() % kMaxNames);
    const LiveValue value = round_trip(size, stack, thread);
    ASSERT_EQ(value.size, size);
    ASSERT_EQ(value.stack, stack);
    ASSERT_EQ(value.thread, size < LiveValue::kSmallSizes ? thread : 0);
  }
}

TEST(LiveKey, KeepsAddressAndBirth) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t address = (random() & ((1ull << 48) - 1)) & ~7ull;
    const auto birth = static_cast<std::uint32_t>(random() % (2 * Birth::kFine));
    const std::uint64_t key = live_key(address, birth);
    ASSERT_EQ(address_of_key(key), address);
    ASSERT_EQ(birth_of_key(key), birth);
  }
}

TEST(LiveKey, NoBlockLooksFreeOrBusy) {
  EXPECT_NE(live_key(8, 0), 0u);
  EXPECT_NE(live_key((1ull << 48) - 16, 2 * Birth::kFine - 1), kBusyKey);
}

TEST(Birth, IsExactForThreeDays) {
  for (const std::uint64_t seconds : {0u, 1u, 86400u, Birth::kFine - 1})
    EXPECT_EQ(Birth::decode(Birth::encode(seconds)), seconds);
}

TEST(Birth, IsGoodTo256SecondsForTwoYears) {
  std::uint32_t last = 0;
  for (std::uint64_t seconds = 0; seconds < 2 * 365 * 86400ull; seconds += 37) {
    const std::uint32_t birth = Birth::encode(seconds);
    ASSERT_GE(birth, last) << "younger must not look older";
    ASSERT_LT(birth, 1u << Birth::kBits);
    const std::uint64_t decoded = Birth::decode(birth);
    ASSERT_LE(decoded, seconds);
    ASSERT_LT(seconds - decoded, 256u);
    last = birth;
  }
  EXPECT_EQ(Birth::encode(~std::uint64_t{0} / 2), 2 * Birth::kFine - 1) << "later ones stay there";
}

TEST(Counts, EveryStackAndShardHasAPlaceOfItsOwn) {
  std::set<std::uint64_t> places;
  const StackId stacks = 3 * kCountBlock;
  for (StackId stack = 0; stack < stacks; ++stack)
    for (std::uint32_t shard = 0; shard < kCountShards; ++shard)
      places.insert(count_index(stack, shard));
  EXPECT_EQ(places.size(), std::size_t{stacks} * kCountShards);
  EXPECT_EQ(*places.rbegin(), std::uint64_t{stacks} * kCountShards - 1) << "and no hole between";
}

TEST(Counts, NoPageIsSharedByTwoShards) {
  for (StackId stack = 0; stack < 2 * kCountBlock; ++stack)
    for (std::uint32_t shard = 1; shard < kCountShards; ++shard)
      ASSERT_NE(count_index(stack, shard) * sizeof(StackCounts) / 4096,
                count_index(stack, shard - 1) * sizeof(StackCounts) / 4096);
}

TEST(Place, KeepsAddressAndModule) {
  const std::uint64_t place = 0x7fffdeadbeefull | std::uint64_t{4095} << 48;
  EXPECT_EQ(address_of_place(place), 0x7fffdeadbeefull);
  EXPECT_EQ(module_of_place(place), 4095);
}

TEST(Request, RoundTrips) {
  for (const Command command : {Command::dump, Command::on, Command::off})
    for (const std::uint8_t labels : {0, 1, 2, 3})
      for (const std::uint32_t token : {0u, 1u, 0xffffffu}) {
        Request out;
        ASSERT_TRUE(Request::decode(Request{command, labels, token}.encode(), &out));
        EXPECT_EQ(out.command, command);
        EXPECT_EQ(out.labels, labels);
        EXPECT_EQ(out.token, token);
      }
}

TEST(Request, ForeignValuesAreNotOurs) {
  Request out;
  EXPECT_FALSE(Request::decode(0, &out));
  EXPECT_FALSE(Request::decode(1, &out));
  EXPECT_FALSE(Request::decode(Request::kMagic, &out));
  EXPECT_FALSE(Request::decode(Request::kMagic << 32, &out)) << "no command";
  EXPECT_FALSE(Request::decode(Request::kMagic << 32 | 5, &out)) << "an unknown command";
  EXPECT_EQ(out.command, Command::dump) << "and nothing is changed";
}

}  // namespace
}  // namespace leakhook
