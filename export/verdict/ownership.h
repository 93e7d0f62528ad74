// SPDX-License-Identifier: Apache-2.0
// Whose leak is it? By the innermost function that is not of a general library.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "holding.h"

namespace leakhook::verdict {

/// The innermost frame that is neither libc's, the C++ library's nor an allocator's; else the
/// innermost. Null: no frames.
const Frame* owning_frame(const Stack& stack);

/// "src/main.c:12", "libz.so.1": where the owner stands, for people.
std::string place_of(const Frame& frame);

/// Does a pattern match the source file or the module of the owning frame? No patterns: yes.
/// '**' stands for any text, '*' and '?' for all but '/', [a-z] as in fnmatch(3). A pattern without
/// '/' at its start may begin at any folder of the path.
bool is_own(const Stack& stack, const std::vector<std::string>& patterns);

/// Does the path match the pattern?
bool matches_path(std::string_view pattern, std::string_view path);

}  // namespace leakhook::verdict
