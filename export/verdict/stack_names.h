// SPDX-License-Identifier: Apache-2.0
// What is a stack called, in every run and build of the same source? Names without all that a
// compiler, a linker or a loader may change.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "holding.h"

namespace leakhook::verdict {

/// One function: no arguments, template arguments, ABI tags, clone suffixes, numbers of lambdas or
/// addresses. "std::vector<>::push_back"; a nameless place is called by its file: "[libz.so.1]".
std::string normalised_name(const Frame& frame);

/// Innermost first, of the frames that are not general. Those of closures and unnamed classes are
/// called as debug data has it, "main::operator()"; runs of one name count once. Never empty.
std::vector<std::string> stack_names(const Stack& stack);

/// The same for many stacks, which share most of their frames.
class StackNamer {
 public:
  std::vector<std::string> names_of(const Stack& stack);

 private:
  std::unordered_map<std::string, std::string> known_;  ///< empty: a general one
};

/// Is the function of libc, of the standard library of C++ or Rust, or an allocator's? Such frames
/// serve everybody, and come and go with inlining and with what is installed.
bool is_general(const Frame& frame);

/// Does anybody know what the function is called? Else `function` is "[libz.so.1+0x1234]".
bool has_name(const Frame& frame);

}  // namespace leakhook::verdict
