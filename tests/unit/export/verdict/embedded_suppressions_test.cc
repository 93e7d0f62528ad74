// SPDX-License-Identifier: Apache-2.0
// The programs were built by each compiler, with and without optimisation, position-independent and
// not; none of them is run.
#include "../../../../export/verdict/embedded_suppressions.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "../../../../export/debug_files.h"
#include "../../../../export/elf_file.h"
#include "../segment_builder.h"

namespace leakhook::verdict {
namespace {

/// The built programs whose name starts with `source`.
std::vector<std::string> programs_of(const std::string& source) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(EMBEDDED_FOLDER))
    if (entry.is_regular_file() && entry.path().filename().string().starts_with(source + "-"))
      paths.push_back(entry.path());
  EXPECT_GE(paths.size(), 4u) << source;
  return paths;
}

TEST(EmbeddedSuppressions, AreReadFromWhatEachCompilerMakes) {
  for (const char* source : {"returns_literal", "returns_pointer"})
    for (const std::string& path : programs_of(source)) {
      std::vector<Suppression> rules;
      EXPECT_EQ(add_embedded_suppressions(path, "", &rules), "");
      ASSERT_EQ(rules.size(), 2u) << path;
      EXPECT_EQ(rules[0].text, "leak:leaky_one");
      EXPECT_EQ(rules[1].pattern, "libthird.so");
      EXPECT_TRUE(rules[1].source.starts_with("__lsan_default_suppressions of " + path + ":"));
    }
}

TEST(EmbeddedSuppressions, WhatOnlyARunCouldTellIsARemark) {
  for (const std::string& path : programs_of("returns_computed")) {
    std::vector<Suppression> rules;
    const std::string remark = add_embedded_suppressions(path, "", &rules);
    EXPECT_TRUE(remark.starts_with(path + ": cannot read the embedded suppressions")) << remark;
    EXPECT_TRUE(rules.empty());
  }
}

TEST(EmbeddedSuppressions, AFileWithoutThemSaysNothing) {
  const testing::TemporaryFolder folder;
  testing::write_file(folder / "script", "#!/bin/sh\nexit 0\n");
  std::vector<Suppression> rules;
  for (const std::string& path : {std::string("/bin/true"), folder / "script", folder / "none"})
    EXPECT_EQ(add_embedded_suppressions(path, "", &rules), "") << path;
  EXPECT_TRUE(rules.empty());
}

Dump dump_of(const std::string& executable, const std::string& build_id) {
  Dump dump;
  dump.executable = executable;
  dump.build_id = build_id;
  return dump;
}

TEST(EmbeddedSuppressions, AreThoseOfTheBuildThatRan) {
  const std::string path = programs_of("returns_literal")[0];
  const std::string build_id = hex(ElfFile::open(path)->build_id());
  ASSERT_FALSE(build_id.empty());
  std::vector<Suppression> rules;
  EXPECT_TRUE(add_embedded_suppressions({dump_of(path, build_id), dump_of(path, build_id)}, &rules)
                  .empty());
  EXPECT_EQ(rules.size(), 2u) << "once for all processes of a program";
  rules.clear();
  const auto remarks = add_embedded_suppressions({dump_of(path, "00" + build_id)}, &rules);
  ASSERT_EQ(remarks.size(), 1u);
  EXPECT_NE(remarks[0].find("another build ran"), std::string::npos) << remarks[0];
  EXPECT_TRUE(rules.empty());
}

TEST(EmbeddedSuppressions, AFileThatIsGoneOrHasNoneSaysNothing) {
  std::vector<Suppression> rules;
  EXPECT_TRUE(
      add_embedded_suppressions(
          {dump_of("/nonexistent", "12"), dump_of("", ""), dump_of("/bin/true", "12")}, &rules)
          .empty());
  EXPECT_TRUE(rules.empty());
}

// A file that lies about its sizes must cost nothing worse than a remark.
TEST(EmbeddedSuppressions, ADamagedFileIsReadWithoutHarm) {
  const testing::TemporaryFolder folder;
  const std::string whole = testing::read_file(programs_of("returns_pointer")[0]);
  for (std::size_t size = 0; size < whole.size(); size += whole.size() / 97 + 1) {
    std::vector<Suppression> rules;
    testing::write_file(folder / "cut", whole.substr(0, size));
    add_embedded_suppressions(folder / "cut", "", &rules);
    std::string changed = whole;
    for (std::size_t i = size; i < std::min(size + 40, whole.size()); ++i) changed[i] = '\xff';
    testing::write_file(folder / "changed", changed);
    add_embedded_suppressions(folder / "changed", "", &rules);
  }
}

}  // namespace
}  // namespace leakhook::verdict
