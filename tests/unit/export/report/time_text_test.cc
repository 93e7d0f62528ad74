// SPDX-License-Identifier: Apache-2.0
// Times are UTC, whatever the zone of the machine.
#include "../../../../export/report/time_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace leakhook::report {
namespace {

TEST(TimeText, IsUtcToTheSecond) {
  setenv("TZ", "Asia/Tokyo", 1);
  tzset();
  EXPECT_EQ(utc_text(1'700'000'000'999'999'999), "2023-11-14T22:13:20");
  EXPECT_EQ(utc_text(0), "1970-01-01T00:00:00");
}

}  // namespace
}  // namespace leakhook::report
