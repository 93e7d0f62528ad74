// SPDX-License-Identifier: Apache-2.0
// `leakhook top`: what grows in a living service?
#pragma once
#include "command_line.h"

namespace leakhook {

void add_top_command(CommandLine& line);

}  // namespace leakhook
