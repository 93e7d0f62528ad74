// SPDX-License-Identifier: Apache-2.0
// `leakhook suppress`: which rules would silence this?
#pragma once
#include "command_line.h"

namespace leakhook {

void add_suppress_command(CommandLine& line);

}  // namespace leakhook
