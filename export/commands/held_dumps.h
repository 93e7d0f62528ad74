// SPDX-License-Identifier: Apache-2.0
// What is looked at: dumps that lie there, or what a living service holds now?
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "../verdict/holding.h"
#include "command_line.h"

namespace leakhook {

struct HeldArguments {
  std::vector<std::string> inputs;  ///< files, stems, folders; a number is a process
  bool finds_reach = false;         ///< --reach
  double timeout_s = 30;
};

void add_held_arguments(Subcommand command, HeldArguments* arguments);

/// Nothing: said on stderr, in a line for each input that cannot be read.
std::optional<std::vector<verdict::Dump>> held_dumps(const HeldArguments& arguments);

}  // namespace leakhook
