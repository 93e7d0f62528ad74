// SPDX-License-Identifier: Apache-2.0
// `leakhook dump`: asks a living service for its profiles.
#pragma once
#include "command_line.h"

namespace leakhook {

void add_dump_command(CommandLine& line);

}  // namespace leakhook
