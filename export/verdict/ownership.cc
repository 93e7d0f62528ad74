// SPDX-License-Identifier: Apache-2.0
// Whose leak is it?
#include "ownership.h"

#include <fnmatch.h>

#include <algorithm>

#include "../base_name.h"
#include "stack_names.h"

namespace leakhook::verdict {
namespace {

/// Does the pattern match the whole path?
bool matches_whole(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return path.empty();
  if (pattern.starts_with("**/") && matches_whole(pattern.substr(3), path)) return true;
  if (pattern[0] == '*') {
    const bool is_deep = pattern.starts_with("**");
    const std::string_view rest = pattern.substr(is_deep ? 2 : 1);
    for (std::size_t i = 0;; ++i) {
      if (matches_whole(rest, path.substr(i))) return true;
      if (i == path.size() || (path[i] == '/' && !is_deep)) return false;
    }
  }
  if (path.empty()) return false;
  if (pattern[0] == '[') {
    // "[]a]" and "[!]a]": the first sign is not yet the end.
    const std::size_t first = pattern.starts_with("[!") || pattern.starts_with("[^") ? 3 : 2;
    const std::size_t end = pattern.find(']', first);
    if (end != std::string_view::npos) {
      const std::string set(pattern.substr(0, end + 1));
      return path[0] != '/' && fnmatch(set.c_str(), std::string(1, path[0]).c_str(), 0) == 0 &&
             matches_whole(pattern.substr(end + 1), path.substr(1));
    }
  }
  if (pattern[0] == '\\' && pattern.size() > 1)
    pattern.remove_prefix(1);
  else if (pattern[0] == '?' && path[0] != '/')
    return matches_whole(pattern.substr(1), path.substr(1));
  return pattern[0] == path[0] && matches_whole(pattern.substr(1), path.substr(1));
}

}  // namespace

const Frame* owning_frame(const Stack& stack) {
  const auto found = std::find_if(stack.begin(), stack.end(),
                                  [](const Frame& frame) { return !is_general(frame); });
  if (found != stack.end()) return &*found;
  return stack.empty() ? nullptr : &stack[0];
}

std::string place_of(const Frame& frame) {
  if (!frame.file.empty())
    return frame.file + (frame.line > 0 ? ":" + std::to_string(frame.line) : std::string());
  if (!frame.module.empty()) return std::string(base_name(frame.module));
  return frame.function;
}

bool is_own(const Stack& stack, const std::vector<std::string>& patterns) {
  if (patterns.empty()) return true;
  const Frame* owner = owning_frame(stack);
  return owner && std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
           return matches_path(pattern, owner->file) || matches_path(pattern, owner->module);
         });
}

bool matches_path(std::string_view pattern, std::string_view path) {
  if (path.empty()) return false;
  if (pattern.starts_with("./")) pattern.remove_prefix(2);
  if (matches_whole(pattern, path)) return true;
  if (pattern.starts_with('/')) return false;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1))
    if (matches_whole(pattern, path.substr(slash + 1))) return true;
  return false;
}

}  // namespace leakhook::verdict
