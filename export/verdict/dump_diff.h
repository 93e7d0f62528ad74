// SPDX-License-Identifier: Apache-2.0
// What does a process hold now that it did not hold before? Two pictures compared stack by stack.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stack_sums.h"

namespace leakhook::verdict {

enum class Change : std::uint8_t {
  fresh,   ///< a stack that held nothing before
  grown,   ///< more of count or bytes than before
  shrunk,  ///< less of one and no more of the other
  gone,    ///< holds nothing any more
  same,
};
inline constexpr std::size_t kChanges = 5;
/// "new", "grown", …; the word that options and reports use.
const char* text_of(Change change);

struct StackChange {
  StackKey key;
  Stack stack;  ///< as the later picture has it, if it has
  Amount before;
  Amount after;
  Change change = Change::same;
  Amount growth() const { return after - before; }
};

struct KindChange {
  Kind kind = Kind::none;
  Amount before;
  Amount after;
};

struct DumpDiff {
  std::vector<StackChange> stacks;  ///< by kind, then what grew most first
  std::vector<KindChange> kinds;    ///< those that either picture has, in the order of kinds.def
  /// Stacks that changed so.
  std::size_t count_of(Change change) const;
};

DumpDiff difference(const StackSums& before, const StackSums& after);
/// Both may hold several processes; programs are told apart where there are several.
DumpDiff difference(const std::vector<Dump>& before, const std::vector<Dump>& after);

/// How much a stack grew in each of `loop` iterations between the pictures: by so many, or where
/// only a block grew, by so many bytes. 0: less than one in each, so it happened once.
double per_iteration(const StackChange& change, std::int64_t loop);

/// One entry of --fail-on: "grown" (new stacks too), "new:heap", "shrunk:fd", "gone".
struct ChangeRule {
  Change change = Change::grown;
  KindSet kinds = kAllKinds;
};
/// Nothing: no such word.
std::optional<ChangeRule> change_rule(std::string_view text);

/// `loop`: what grew less than once in each iteration does not match "grown" or "new"; 0: not asked.
bool matches(const StackChange& change, const std::vector<ChangeRule>& rules, std::int64_t loop);

}  // namespace leakhook::verdict
