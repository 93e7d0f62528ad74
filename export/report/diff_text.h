// SPDX-License-Identifier: Apache-2.0
// How is the difference of two pictures told to people?
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../verdict/dump_diff.h"

namespace leakhook::report {

struct DiffTextOptions {
  std::size_t most = 20;   ///< stacks of each kind that are shown; 0: all
  std::int64_t loop = 0;   ///< iterations between the pictures; 0: not asked
  /// Stacks that match are marked, and shown whatever `most` says.
  std::vector<verdict::ChangeRule> fail_on;
};

/// Who and when, sums of the kinds, stacks that changed, and a SUMMARY line.
std::string diff_text(const verdict::DumpDiff& diff, const std::vector<verdict::Dump>& before,
                      const std::vector<verdict::Dump>& after, const DiffTextOptions& options);

}  // namespace leakhook::report
