// SPDX-License-Identifier: Apache-2.0
// Does the program of a run get our settings, and keep what the user set beside them?
#include "../../../export/run/run_environment.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace leakhook {
namespace {

const RunPlaces kPlaces{"/l/libleakhook.so", "/b/leakhook", "/t/100%/run"};

std::vector<std::string> made_from(std::vector<const char*> environment) {
  environment.push_back(nullptr);
  return run_environment(environment.data(), kPlaces);
}

/// All values of a variable, in their order.
std::vector<std::string> values(const std::vector<std::string>& environment,
                                const std::string& name) {
  std::vector<std::string> found;
  for (const std::string& variable : environment)
    if (variable.starts_with(name + "=")) found.push_back(variable.substr(name.size() + 1));
  return found;
}

using Values = std::vector<std::string>;

TEST(RunEnvironment, LoadsTheLibraryBeforeWhatIsThere) {
  EXPECT_EQ(values(made_from({}), "LD_PRELOAD"), Values{"/l/libleakhook.so"});
  EXPECT_EQ(values(made_from({"LD_PRELOAD="}), "LD_PRELOAD"), Values{"/l/libleakhook.so"});
  EXPECT_EQ(values(made_from({"LD_PRELOAD=/a.so b.so"}), "LD_PRELOAD"),
            Values{"/l/libleakhook.so:/a.so b.so"});
}

TEST(RunEnvironment, DecidesWhereProfilesGo) {
  const auto made = made_from({"LEAKHOOK_OUTPUT=mine", "LEAKHOOK_DIR=/mine", "LEAKHOOK_AT_EXIT=0",
                               "LEAKHOOK_EXPORTER=/x", "LEAKHOOK_CHILD_EXIT=never"});
  EXPECT_EQ(values(made, "LEAKHOOK_OUTPUT"), Values{"/t/100%%/run/%e.%p.%n"});
  EXPECT_EQ(values(made, "LEAKHOOK_DIR"), Values{"/t/100%/run"});
  EXPECT_EQ(values(made, "LEAKHOOK_AT_EXIT"), Values{"1"});
  EXPECT_EQ(values(made, "LEAKHOOK_EXPORTER"), Values{"/b/leakhook"});
  EXPECT_EQ(values(made, "LEAKHOOK_CHILD_EXIT"), Values{"0"});
}

TEST(RunEnvironment, LeavesTheUsersOtherSettings) {
  const auto made = made_from({"LEAKHOOK_SAMPLE=512KiB", "LEAKHOOK_REACH=off", "A=b=c", "EMPTY="});
  EXPECT_EQ(values(made, "LEAKHOOK_SAMPLE"), Values{"512KiB"});
  EXPECT_EQ(values(made, "LEAKHOOK_REACH"), Values{"off"});
  EXPECT_EQ(values(made, "LEAKHOOK_VERBOSE"), Values{"0"});
  EXPECT_EQ(values(made, "A"), Values{"b=c"});
  EXPECT_EQ(values(made, "EMPTY"), Values{""});
}

TEST(RunEnvironment, NamesWhatIsNoSetting) {
  const char* const environment[] = {"LEAKHOOK_SAMPEL=1", "LEAKHOOK_SAMPLE=1", "LEAKHOOKED=1",
                                     nullptr};
  EXPECT_EQ(unknown_settings(environment), Values{"LEAKHOOK_SAMPEL"});
}

}  // namespace
}  // namespace leakhook
