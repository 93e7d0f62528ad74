// SPDX-License-Identifier: Apache-2.0
// Are the bytes those that protobuf itself writes?
#include "../../../export/sample_bytes.h"

#include <gtest/gtest.h>

#include <vector>

#include "profile.pb.h"

namespace leakhook {
namespace {

using perftools::profiles::Profile;
using Numbers = std::vector<std::int64_t>;

TEST(SampleBytes, AreThoseOfProtobuf) {
  Profile truth;
  SampleBytes bytes;
  const std::vector<std::uint64_t> ids[] = {{1}, {127, 128, 1u << 21, ~std::uint64_t{0}}};
  const Numbers values[] = {{0, 1, 127, 128}, {INT64_MAX, 1 << 14, -1, 0}};
  for (int i = 0; i < 2; ++i) {
    auto* sample = truth.add_sample();
    for (const std::uint64_t id : ids[i]) sample->add_location_id(id);
    for (const std::int64_t value : values[i]) sample->add_value(value);
    bytes.begin(packed(ids[i]), values[i]);
    if (i == 0) {
      auto* label = sample->add_label();
      label->set_key(5);
      label->set_str(300);
      bytes.add(TextLabel{5, 300});
      for (const std::int64_t number : Numbers{0, 1, 1 << 28, INT64_MAX}) {
        label = sample->add_label();
        label->set_key(6);
        label->set_num(number);
        label->set_num_unit(100000);
        bytes.add(NumberLabel{6, number, 100000});
      }
    }
    bytes.end();
  }
  EXPECT_EQ(bytes.take(), truth.SerializeAsString());
}

TEST(SampleBytes, BehindTheRestAreOneMessageWithIt) {
  Profile profile;
  profile.add_string_table("");
  profile.set_period(7);
  SampleBytes bytes;
  bytes.begin(packed(std::vector<std::uint64_t>{3}), Numbers{9});
  bytes.end();
  Profile read;
  ASSERT_TRUE(read.ParseFromString(profile.SerializeAsString() + bytes.take()));
  EXPECT_EQ(read.period(), 7);
  ASSERT_EQ(read.sample_size(), 1);
  EXPECT_EQ(read.sample(0).location_id(0), 3u);
  EXPECT_EQ(read.sample(0).value(0), 9);
}

}  // namespace
}  // namespace leakhook
