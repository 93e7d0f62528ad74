// SPDX-License-Identifier: Apache-2.0
// `leakhook report`: what is held, without a judgement?
#pragma once
#include "command_line.h"

namespace leakhook {

void add_report_command(CommandLine& line);

}  // namespace leakhook
