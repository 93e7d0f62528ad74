// SPDX-License-Identifier: Apache-2.0
#include "../../../../export/verdict/ownership.h"

#include <gtest/gtest.h>

#include "holdings.h"

namespace leakhook::verdict {
namespace {

TEST(Ownership, APatternMatchesFromAnyFolderOn) {
  const struct {
    const char* pattern;
    const char* path;
    bool matches;
  } rows[] = {{"src/**", "src/a.c", true},
              {"src/**", "src/x/y/a.c", true},
              {"src/**", "/builder/me/src/a.c", true},
              {"src/**", "../src/a.c", true},
              {"src/**", "mysrc/a.c", false},
              {"src/**", "source/a.c", false},
              {"src/*", "src/x/a.c", false},
              {"src/*.c", "/x/src/a.c", true},
              {"src/*.c", "/x/src/a.cc", false},
              {"/src/*.c", "/x/src/a.c", false},
              {"/x/**/a.c", "/x/y/z/a.c", true},
              {"/x/**/a.c", "/x/a.c", true},
              {"**/a.c", "a.c", true},
              {"**", "anything/at/all", true},
              {"libmine.so*", "/usr/lib/libmine.so.2", true},
              {"service", "/opt/app/service", true},
              {"service", "/opt/app/service2", false},
              {"s[a-e]rvice", "service", true},
              {"s[!e]rvice", "service", false},
              {"s?rvice", "service", true},
              {"a?c", "a/c", false},
              {"a[/]c", "a/c", false},
              {"a[bc", "a[bc", true},
              {"a\\*c", "a*c", true},
              {"a\\*c", "abc", false},
              {"./src/**", "src/a.c", true},
              {"a**c", "a/b/c", true},
              {"", "", false},
              {"**", "", false}};
  for (const auto& row : rows)
    EXPECT_EQ(matches_path(row.pattern, row.path), row.matches) << row.pattern << " | " << row.path;
}

TEST(Ownership, TheOwnerIsTheInnermostFunctionThatIsNotOfAGeneralLibrary) {
  Stack stack = stack_of({"strdup", "reserve", "copy_name", "main"});
  stack[0].module = "/lib/x86_64-linux-gnu/libc.so.6";
  stack[1].function = "std::string::reserve(unsigned long)";
  EXPECT_EQ(owning_frame(stack)->function, "copy_name");
  stack[2].module = "/usr/lib/libz.so.1";
  EXPECT_EQ(owning_frame(stack)->function, "copy_name");
  stack[2].module = "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2";
  EXPECT_EQ(owning_frame(stack)->function, "main");
  stack.resize(1);
  EXPECT_EQ(owning_frame(stack)->function, "strdup");
  EXPECT_EQ(owning_frame({}), nullptr);
}

TEST(Ownership, MineIsWhatAPatternMatchesBySourceFileOrModule) {
  Stack stack = stack_of({"inflate", "main"});
  stack[0].file = "/build/zlib/inflate.c";
  stack[0].module = "/usr/lib/libz.so.1";
  EXPECT_TRUE(is_own(stack, {}));
  EXPECT_FALSE(is_own(stack, {"src/**", "service"}));
  EXPECT_TRUE(is_own(stack, {"src/**", "libz.so*"}));
  EXPECT_TRUE(is_own(stack, {"zlib/**"}));
  EXPECT_FALSE(is_own({}, {"**"}));
}

TEST(Ownership, APlaceIsALineOrAFile) {
  EXPECT_EQ(place_of({"f", "f", "src/a.c", 12, "/opt/x"}), "src/a.c:12");
  EXPECT_EQ(place_of({"f", "f", "src/a.c", 0, "/opt/x"}), "src/a.c");
  EXPECT_EQ(place_of({"f", "f", "", 0, "/opt/x"}), "x");
  EXPECT_EQ(place_of({"f", "f", "", 0, ""}), "f");
}

}  // namespace
}  // namespace leakhook::verdict
