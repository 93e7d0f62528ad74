// SPDX-License-Identifier: Apache-2.0
// What follows from what lies there: the verdict, its reports, an exit status.
#pragma once
#include <cstdio>
#include <string>
#include <vector>

#include "../verdict/verdict.h"
#include "policy_options.h"

namespace leakhook {

/// What there is to judge, and how it is told.
struct Evidence {
  std::vector<verdict::Dump> dumps;
  std::vector<std::string> remarks;  ///< for people: what could not be read, who still runs
  double run_seconds = -1;           ///< how long the program ran; negative: unknown
  std::FILE* text_to = stdout;       ///< where the text report goes
};

/// Judges, tells in every form that was asked for, and writes the baseline where that was asked
/// for. 0, kExitLeaks, or kExitUnable when a file cannot be written or --fail-on asks for what
/// nobody could find out (one line on stderr says so).
int conclude(Evidence evidence, const PolicyOptions& options);

}  // namespace leakhook
