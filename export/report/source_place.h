// SPDX-License-Identifier: Apache-2.0
// Which line of whose source would one open to mend a leak?
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "../verdict/holding.h"
#include "reports.h"

namespace leakhook::report {

struct SourcePlace {
  std::string file;  ///< from the source root where it lies below it, else as it is known
  bool is_below_root = false;
  std::int64_t line = 0;  ///< never 0
  std::string function;
  std::size_t frame = 0;  ///< its place in the stack
};

/// From the frame that owns the leak (verdict::owning_frame()) outwards: the first of the user's
/// own code (--own, else below the root) that has a source line, or else of any code.
std::optional<SourcePlace> source_place(const verdict::Stack& stack, const ReportOptions& options);

/// A file below the root as a path from there. A relative one, as compilers write it when they are
/// called from a build folder, counts when the file is there (without a root: unless it leaves its
/// folder); "../" at its start is taken away.
std::optional<std::string> below_root(const std::string& file, const std::string& root);

/// The stack with files named from the source root where they lie below it.
verdict::Stack from_root(verdict::Stack stack, const ReportOptions& options);

}  // namespace leakhook::report
