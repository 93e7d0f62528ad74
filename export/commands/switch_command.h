// SPDX-License-Identifier: Apache-2.0
// `leakhook on` and `leakhook off`: does a service record?
#pragma once
#include <CLI/CLI.hpp>

#include "outcome.h"

namespace leakhook {

void add_on_command(CLI::App& app, CommandOutcome& outcome);
void add_off_command(CLI::App& app, CommandOutcome& outcome);

}  // namespace leakhook
