// SPDX-License-Identifier: Apache-2.0
// `leakhook export`: from a segment to the files of one dump.
#pragma once
#include "command_line.h"

namespace leakhook {

void add_export_command(CommandLine& line);

}  // namespace leakhook
