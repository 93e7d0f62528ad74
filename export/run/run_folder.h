// SPDX-License-Identifier: Apache-2.0
// Where do the processes of a run leave their books and profiles?
#pragma once
#include <string>
#include <vector>

#include "../verdict/verdict.h"

namespace leakhook {

/// Two folders, one in the other. The outer one is ours; nobody else may list it, so nobody learns
/// the inner one's name but the processes of the run, whose environment has it. In the inner one
/// every user may make files: a service that has dropped its privileges still writes its profiles.
class RunFolder {
 public:
  RunFolder() = default;
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;
  /// Removes both with all that is in them.
  ~RunFolder();

  /// Makes them in the first place where a file can really be written: $TMPDIR, /tmp …
  /// Empty when all went well, else one line that names each place and what was wrong there.
  std::string make();

  /// Absolute; what the processes write lies here.
  const std::string& inner() const { return inner_; }
  /// Absolute; for files of our own that all may read by their names.
  const std::string& outer() const { return outer_; }

 private:
  bool make_in(const std::string& place);

  std::string outer_;
  std::string inner_;
};

/// Puts the profiles of these dumps where the user wants them, private as they were, and through no
/// link. Empty or why not.
std::string keep_profiles(const std::vector<verdict::Dump>& dumps, const std::string& folder);

}  // namespace leakhook
