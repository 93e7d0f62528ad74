// SPDX-License-Identifier: Apache-2.0
// A leak is shown at the innermost line that its reader can mend.
#include "../../../../export/report/source_place.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "verdicts.h"

namespace leakhook::report {
namespace {

const verdict::Stack kStack = {
    frame("malloc"), frame("std::vector<int>::push_back(int)", "/usr/include/vector.h", 7),
    frame("third", "/deps/lib/third.c", 5), frame("mine", "/srv/./src/../src/mine.cc", 42),
    frame("main", "/srv/src/main.cc", 3)};

ReportOptions with_root(const char* root) {
  ReportOptions options;
  options.source_root = root;
  return options;
}

TEST(SourcePlace, IsTheInnermostFrameBelowTheRoot) {
  for (const char* root : {"/srv", "/srv/", "/srv/."}) {
    const auto place = source_place(kStack, with_root(root));
    ASSERT_TRUE(place);
    EXPECT_EQ(place->file, "src/mine.cc") << root;
    EXPECT_TRUE(place->is_below_root);
    EXPECT_EQ(place->line, 42);
    EXPECT_EQ(place->function, "mine");
    EXPECT_EQ(place->frame, 3u);
  }
}

TEST(SourcePlace, IsWhatTheUserCallsOwn) {
  ReportOptions options = with_root("/srv");
  options.policy.own = {"main.cc"};
  EXPECT_EQ(source_place(kStack, options)->function, "main");
  options.policy.own = {"deps/**"};
  EXPECT_EQ(source_place(kStack, options)->function, "third");
}

TEST(SourcePlace, IsNoAllocatorOfTheUsers) {
  const verdict::Stack stack = {frame("operator new(unsigned long)", "/srv/new.cc", 4),
                                frame("mine", "/srv/mine.cc", 42)};
  EXPECT_EQ(source_place(stack, with_root("/srv"))->function, "mine");
  EXPECT_EQ(source_place({stack[0]}, with_root("/srv"))->function, "operator new(unsigned long)");
}

TEST(SourcePlace, IsNoSystemHeaderWithoutARoot) {
  const auto place = source_place(kStack, {});
  ASSERT_TRUE(place);
  EXPECT_EQ(place->function, "third");
  EXPECT_EQ(place->file, "/deps/lib/third.c");
  EXPECT_FALSE(place->is_below_root);
}

TEST(SourcePlace, IsAnyLineRatherThanNone) {
  const auto place = source_place(kStack, with_root("/elsewhere"));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->function, "third");
  EXPECT_FALSE(source_place({frame("a"), frame("b", "/srv/b.cc", 0)}, with_root("/srv")));
  EXPECT_FALSE(source_place({}, {}));
}

TEST(BelowRoot, KeepsInside) {
  EXPECT_EQ(below_root("/srv/a.cc", "/srv"), "a.cc");
  EXPECT_EQ(below_root("src/a.cc", ""), "src/a.cc");
  EXPECT_FALSE(below_root("/srv/../etc/a.cc", "/srv"));
  EXPECT_FALSE(below_root("../a.cc", "/srv"));
  EXPECT_FALSE(below_root("/srvother/a.cc", "/srv"));
  EXPECT_FALSE(below_root("/srv/a.cc", ""));
  EXPECT_FALSE(below_root("", "/srv"));
}

TEST(BelowRoot, FindsWhatABuildFolderNames) {
  const std::string root = testing::TempDir() + "below_root";
  std::filesystem::create_directories(root + "/src");
  std::ofstream(root + "/src/a.cc") << "int a;";
  EXPECT_EQ(below_root("src/a.cc", root), "src/a.cc");
  EXPECT_EQ(below_root("../src/a.cc", root), "src/a.cc");
  EXPECT_EQ(below_root("../../src/./a.cc", root), "src/a.cc");
  EXPECT_FALSE(below_root("nptl/pthread_create.c", root));
  EXPECT_FALSE(below_root("../src", root));
  EXPECT_FALSE(below_root("../src/a.cc", ""));
  std::filesystem::remove_all(root);
}

TEST(FromRoot, NamesFilesFromThere) {
  const verdict::Stack stack = from_root(kStack, with_root("/srv"));
  EXPECT_EQ(stack[1].file, "/usr/include/vector.h");
  EXPECT_EQ(stack[3].file, "src/mine.cc");
  EXPECT_EQ(stack[4].file, "src/main.cc");
}

}  // namespace
}  // namespace leakhook::report
