// SPDX-License-Identifier: Apache-2.0
// Which options tell what to fail for, and how to tell of it? Shared by the commands that judge.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "../verdict/policy.h"
#include "command_line.h"

namespace leakhook {

struct PolicyOptions {
  verdict::Policy policy;  ///< complete once prepare() went well

  std::string baseline;  ///< path; empty: none
  bool updates_baseline = false;

  std::string junit, sarif, html, markdown;  ///< paths; empty: not asked for
  bool is_github = false;
  bool shows_all = false;
  bool is_quiet = false;
  std::string source_root;

  std::vector<std::string> suppression_files;
};

/// Options of a command that judges. A value that cannot be understood ends the parsing of the
/// command line with one line that says what was expected.
std::shared_ptr<PolicyOptions> add_policy_options(Subcommand command);

/// Reads the files that the options name and looks whether those to be written can be. Empty, or
/// one line: file, line and what was expected.
std::string prepare(PolicyOptions* options);

}  // namespace leakhook
