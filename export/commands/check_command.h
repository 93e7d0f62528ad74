// SPDX-License-Identifier: Apache-2.0
// `leakhook check`: judges profiles and segments that lie there already.
#pragma once
#include <CLI/CLI.hpp>

#include "outcome.h"

namespace leakhook {

void add_check_command(CLI::App& app, CommandOutcome& outcome);

}  // namespace leakhook
