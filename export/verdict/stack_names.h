// SPDX-License-Identifier: Apache-2.0
// What is a stack called, in every run and build of the same source? Names without all that a
// compiler, a linker or a loader may change.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "holding.h"

namespace leakhook::verdict {

/// One function: no arguments, template arguments, ABI tags, clone suffixes, numbers of lambdas or
/// addresses. "std::vector<>::push_back"; a nameless place is called by its file: "[libz.so.1]".
std::string normalised_name(const Frame& frame);

/// Innermost first. Frames of the standard library (std::, __gnu_cxx::), which come and go with
/// inlining, and of libc's start are left out; runs of one name count once. Never empty.
std::vector<std::string> stack_names(const Stack& stack);

/// Of the C++ or Rust standard library, by its name?
bool is_standard_library(const Frame& frame);

/// Does anybody know what the function is called? Else `function` is "libz.so.1+0x1234".
bool has_name(const Frame& frame);

}  // namespace leakhook::verdict
