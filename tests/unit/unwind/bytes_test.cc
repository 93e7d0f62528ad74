// SPDX-License-Identifier: Apache-2.0
// Twin of unwind/bytes.h.
#include "../../../unwind/bytes.h"

#include <gtest/gtest.h>

#include "call_site.h"

namespace leakhook::unwind {
namespace {

template <std::size_t kSize>
Bytes over(const std::uint8_t (&bytes)[kSize]) {
  return {reinterpret_cast<Address>(bytes), reinterpret_cast<Address>(bytes) + kSize};
}

TEST(Bytes, ReadsNumbers) {
  const std::uint8_t raw[] = {0x01, 0x34, 0x12, 0xff, 0xff, 0xff, 0xff};
  Bytes bytes = over(raw);
  EXPECT_EQ(bytes.next<std::uint8_t>(), 1);
  EXPECT_EQ(bytes.next<std::uint16_t>(), 0x1234);
  EXPECT_EQ(bytes.next<std::int32_t>(), -1);
  EXPECT_TRUE(bytes.is_empty());
  EXPECT_FALSE(bytes.is_broken());
}

TEST(Bytes, ReadsLeb) {
  const std::uint8_t raw[] = {0xe5, 0x8e, 0x26, 0xc0, 0xbb, 0x78, 0x7f, 0x78};
  Bytes bytes = over(raw);
  EXPECT_EQ(bytes.unsigned_leb(), 624485u);
  EXPECT_EQ(bytes.signed_leb(), -123456);
  EXPECT_EQ(bytes.signed_leb(), -1);
  EXPECT_EQ(bytes.signed_leb(), -8);
  EXPECT_FALSE(bytes.is_broken());
}

TEST(Bytes, LongLebKeepsSixtyFourBits) {
  const std::uint8_t raw[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                              0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};
  EXPECT_EQ(over(raw).unsigned_leb(), ~std::uint64_t{0});
  EXPECT_EQ(over(raw).signed_leb(), -1);
}

TEST(Bytes, StaysInItsRange) {
  const Address border = readable_then_not(1);
  *reinterpret_cast<std::uint8_t*>(border - 1) = 0x80;  // a LEB that does not end
  Bytes bytes(border - 1, border);
  EXPECT_EQ(bytes.unsigned_leb(), 0u);
  EXPECT_TRUE(bytes.is_broken());
  EXPECT_EQ(bytes.next<std::uint64_t>(), 0u);
  EXPECT_TRUE(Bytes(border - 3, border).next<std::uint32_t>() == 0);
}

TEST(Bytes, TakesNoMoreThanThereIs) {
  const std::uint8_t raw[] = {1, 2, 3, 4};
  Bytes bytes = over(raw);
  Bytes first = bytes.take(3);
  EXPECT_EQ(first.end() - first.at(), 3u);
  EXPECT_TRUE(bytes.take(2).is_empty());
  EXPECT_TRUE(bytes.is_broken());
  bytes = over(raw);
  bytes.skip(~std::uint64_t{0});
  EXPECT_TRUE(bytes.is_broken());
}

TEST(Bytes, BackwardsRangeIsEmpty) { EXPECT_TRUE(Bytes(100, 50).is_empty()); }

}  // namespace
}  // namespace leakhook::unwind
