// SPDX-License-Identifier: Apache-2.0
// From what lies on the disk to dumps: files of one dump are put together, segments become profiles
// first.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "holding.h"

namespace leakhook::verdict {

struct ReadDumps {
  std::vector<Dump> dumps;
  std::vector<std::string> errors;  ///< one line each: which file, and what was expected
};

/// `paths`: profiles (those of one stem are one dump), stems of dumps, segments (.lhk), and
/// folders: of these, the newest dump of each process, older processes first. All that can be read
/// is there, whatever errors tell of the rest.
ReadDumps read_dumps(const std::vector<std::string>& paths);

/// Profiles of one dump, already in memory. Nothing when none of them can be read; errors as above.
std::optional<Dump> dump_of(std::vector<ProfileFile> files, std::vector<std::string>* errors);

}  // namespace leakhook::verdict
