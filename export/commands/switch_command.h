// SPDX-License-Identifier: Apache-2.0
// `leakhook on` and `leakhook off`: does a service record?
#pragma once
#include "command_line.h"

namespace leakhook {

void add_on_command(CommandLine& line);
void add_off_command(CommandLine& line);

}  // namespace leakhook
