// SPDX-License-Identifier: Apache-2.0
// Profiles arrive as they were sent; what is cut or no bundle is refused.
#include "../../../export/profile_bundle.h"

#include <gtest/gtest.h>

namespace leakhook {
namespace {

TEST(ProfileBundle, ArrivesAsItWasSent) {
  const std::vector<verdict::ProfileFile> sent{
      {"heap", "", std::string("\x1f\x8b\n\0 7\n", 8)}, {"fd", "", ""}, {"thread", "", "x"}};
  const auto got = profiles_in(bundle_of(sent));
  ASSERT_TRUE(got);
  ASSERT_EQ(got->size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*got)[i].name, sent[i].name);
    EXPECT_EQ((*got)[i].bytes, sent[i].bytes);
  }
}

TEST(ProfileBundle, EveryCutIsNoticed) {
  const std::string bundle = bundle_of({{"heap", "", "1234"}, {"fd", "", "56"}});
  for (std::size_t size = 0; size < bundle.size(); ++size) {
    const bool is_whole = size == std::string("heap 4\n1234").size();
    EXPECT_EQ(profiles_in(bundle.substr(0, size)).has_value(), is_whole) << size;
  }
}

TEST(ProfileBundle, OtherTextsAreRefused) {
  for (const char* text :
       {"heap\n", "heap 5\n1234", "heap x\n", "heap -1\n", "heap 4 \n1234", " 0\n", "secret 1\nx",
        "heap 99999999999999999999\n", "/tmp/a.heap.pb.gz\n", "\n"})
    EXPECT_FALSE(profiles_in(text)) << text;
}

}  // namespace
}  // namespace leakhook
