// SPDX-License-Identifier: Apache-2.0
// Which line of whose source would one open to mend a leak? The first that the user can edit.
#include "source_place.h"

#include <algorithm>
#include <filesystem>

#include "../verdict/ownership.h"

namespace leakhook::report {
namespace {

using verdict::Frame;

bool has_line(const Frame& frame) { return !frame.file.empty() && frame.line > 0; }

/// Can the user edit it? Where nothing says so: what the system did not install.
bool is_own(const Frame& frame, const ReportOptions& options) {
  if (!options.policy.own.empty()) return verdict::is_own({frame}, options.policy.own);
  if (!options.source_root.empty()) return below_root(frame.file, options.source_root).has_value();
  return !frame.file.starts_with("/usr/");
}

}  // namespace

std::optional<std::string> below_root(const std::string& file, const std::string& root) {
  namespace fs = std::filesystem;
  if (file.empty() || (file[0] == '/' && root.empty())) return std::nullopt;
  fs::path inside = fs::path(file).lexically_normal();
  if (inside.is_absolute()) {
    inside = inside.lexically_relative(fs::path(root).lexically_normal());
    return inside.empty() || *inside.begin() == ".." ? std::nullopt
                                                     : std::optional(inside.string());
  }
  if (root.empty()) return *inside.begin() == ".." ? std::nullopt : std::optional(inside.string());
  // From a build folder that nobody knows any more, maybe another's: libc names "nptl/x.c".
  std::string name = inside.string();
  while (name.starts_with("../")) name.erase(0, 3);
  std::error_code error;
  return fs::is_regular_file(fs::path(root) / name, error) ? std::optional(name) : std::nullopt;
}

std::optional<SourcePlace> source_place(const verdict::Stack& stack, const ReportOptions& options) {
  if (stack.empty()) return std::nullopt;
  const auto owner = stack.begin() + (verdict::owning_frame(stack) - stack.data());
  auto found = std::find_if(owner, stack.end(), [&](const Frame& frame) {
    return has_line(frame) && is_own(frame, options);
  });
  if (found == stack.end()) found = std::find_if(owner, stack.end(), has_line);
  if (found == stack.end()) found = std::find_if(stack.begin(), stack.end(), has_line);
  if (found == stack.end()) return std::nullopt;
  const auto inside = below_root(found->file, options.source_root);
  return SourcePlace{inside.value_or(found->file), inside.has_value(), found->line, found->function,
                     static_cast<std::size_t>(found - stack.begin())};
}

verdict::Stack from_root(verdict::Stack stack, const ReportOptions& options) {
  for (Frame& frame : stack)
    if (auto inside = below_root(frame.file, options.source_root)) frame.file = *inside;
  return stack;
}

}  // namespace leakhook::report
