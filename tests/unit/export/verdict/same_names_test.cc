// SPDX-License-Identifier: Apache-2.0
// Do the stacks of a real program have the same names with and without optimisation, and in each
// run? The program is run under the library; what it keeps is read from its profile at exit.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "../../../../export/verdict/stack_names.h"
#include "../profile_text.h"
#include "../segment_builder.h"

namespace leakhook::verdict {
namespace {

using leakhook::testing::ProfileText;
using leakhook::testing::TemporaryFolder;

Stack stack_of(const ProfileText& profile, const perftools::profiles::Sample& sample) {
  Stack stack;
  for (const std::uint64_t id : sample.location_id()) {
    const auto& location = profile.profile.location(static_cast<int>(id) - 1);
    std::string module;
    if (location.mapping_id() != 0)
      module = profile.text(
          profile.profile.mapping(static_cast<int>(location.mapping_id()) - 1).filename());
    for (const auto& line : location.line()) {
      const auto& function = profile.profile.function(static_cast<int>(line.function_id()) - 1);
      stack.push_back({profile.text(function.name()), profile.text(function.system_name()),
                       profile.text(function.filename()), line.line(), module});
    }
  }
  return stack;
}

struct Stacks {
  std::set<std::vector<std::string>> names;
  std::set<std::vector<std::string>> as_shown;
};

/// Of the blocks that the program's own functions keep.
Stacks stacks_of(const std::string& program) {
  const TemporaryFolder folder;
  const std::string run = "LEAKHOOK_OUTPUT=" + (folder / "p") +
                          " LEAKHOOK_EXPORTER=" LEAKHOOK_COMMAND " LD_PRELOAD=" LIBLEAKHOOK " " +
                          program + " && gunzip " + (folder / "p.heap.pb.gz");
  EXPECT_EQ(std::system(run.c_str()), 0) << run;
  const ProfileText profile(testing::read_file(folder / "p.heap.pb"));
  EXPECT_TRUE(profile.is_valid);
  Stacks stacks;
  for (const auto& sample : profile.profile.sample()) {
    const Stack stack = stack_of(profile, sample);
    const std::vector<std::string> names = stack_names(stack);
    const bool is_of_program = names.back() == "main" || names.back().starts_with("main::");
    if (sample.value(2) == 0 || !is_of_program) continue;
    stacks.names.insert(names);
    std::vector<std::string> shown;
    for (const Frame& frame : stack) shown.push_back(frame.function);
    stacks.as_shown.insert(shown);
  }
  return stacks;
}

std::string text_of(const std::set<std::vector<std::string>>& stacks) {
  std::string text;
  for (const auto& stack : stacks) {
    for (const std::string& name : stack) text += name + " <- ";
    text += "\n";
  }
  return text;
}

TEST(SameNames, WithAndWithoutOptimisation) {
  const Stacks plain = stacks_of(KEEPS_BLOCKS_O0);
  const Stacks optimised = stacks_of(KEEPS_BLOCKS_O2);
  EXPECT_GE(plain.names.size(), 10u);
  EXPECT_EQ(text_of(plain.names), text_of(optimised.names));
  // Else the two builds would be too much alike to prove anything.
  EXPECT_NE(plain.as_shown, optimised.as_shown);
}

TEST(SameNames, InEachRun) {
  EXPECT_EQ(stacks_of(KEEPS_BLOCKS_O2).names, stacks_of(KEEPS_BLOCKS_O2).names);
}

}  // namespace
}  // namespace leakhook::verdict
