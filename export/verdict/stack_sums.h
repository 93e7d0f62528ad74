// SPDX-License-Identifier: Apache-2.0
// How much does each stack hold of each kind? Over all threads, ages and words, in a form that can be
// compared with another moment or another build.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "holding.h"

namespace leakhook::verdict {

struct Amount {
  std::int64_t count = 0;
  std::int64_t bytes = 0;  ///< of heap and mapping, else 0
  friend bool operator==(const Amount&, const Amount&) = default;
};
inline Amount operator+(Amount a, Amount b) { return {a.count + b.count, a.bytes + b.bytes}; }
inline Amount operator-(Amount a, Amount b) { return {a.count - b.count, a.bytes - b.bytes}; }

/// What makes stacks the same in two pictures: kind and normalised function names, and the program
/// where several are looked at together.
struct StackKey {
  Kind kind = Kind::none;
  std::string program;
  std::vector<std::string> names;  ///< innermost first
  friend auto operator<=>(const StackKey&, const StackKey&) = default;
};

struct StackSum {
  Amount amount;
  Stack stack;  ///< one of those with this key, as people read it
};
using StackSums = std::map<StackKey, StackSum>;

/// `names_programs`: several programs are looked at, and stacks of one are not those of another.
StackSums stack_sums(const std::vector<Dump>& dumps, bool names_programs = false);

}  // namespace leakhook::verdict
