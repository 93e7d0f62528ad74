// SPDX-License-Identifier: Apache-2.0
// What was packed comes back; what promises too much or too little does not.
#include "../../../export/gzip.h"

#include <gtest/gtest.h>

namespace leakhook {
namespace {

std::string text_of(std::size_t size) {
  std::string text(size, 'x');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * i % 251);
  return text;
}

TEST(Gzip, GivesBackWhatWasPacked) {
  for (const std::size_t size : {0u, 1u, 4095u, 4096u, 4097u, 1000000u}) {
    EXPECT_EQ(decompressed(compressed(text_of(size))), text_of(size)) << size;
    EXPECT_EQ(decompressed(compressed(std::string(size, 'z'))), std::string(size, 'z')) << size;
  }
}

TEST(Gzip, UnpacksNoMoreThanWasAllowed) {
  const std::string bomb = compressed(std::string(100000, '\0'));
  EXPECT_TRUE(decompressed(bomb, 100000));
  EXPECT_FALSE(decompressed(bomb, 99999));
  EXPECT_FALSE(decompressed(bomb, 0));
}

TEST(Gzip, RefusesWhatIsCutOrGoesOn) {
  const std::string whole = compressed(text_of(5000));
  for (std::size_t size = 0; size < whole.size(); size += 3)
    ASSERT_FALSE(decompressed(whole.substr(0, size))) << size;
  EXPECT_FALSE(decompressed(whole + "x"));
  EXPECT_FALSE(decompressed(text_of(5000)));
}

}  // namespace
}  // namespace leakhook
