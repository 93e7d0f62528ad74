// SPDX-License-Identifier: Apache-2.0
// `leakhook check`: judges profiles and segments that lie there already.
#pragma once
#include "command_line.h"

namespace leakhook {

void add_check_command(CommandLine& line);

}  // namespace leakhook
