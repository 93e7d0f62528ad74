// SPDX-License-Identifier: Apache-2.0
// `leakhook diff`: what is held now that was not held before?
#pragma once
#include "command_line.h"

namespace leakhook {

void add_diff_command(CommandLine& line);

}  // namespace leakhook
