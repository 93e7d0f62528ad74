// SPDX-License-Identifier: Apache-2.0
// `leakhook suppress`: which rules would silence this?
#pragma once
#include <CLI/CLI.hpp>

#include "outcome.h"

namespace leakhook {

void add_suppress_command(CLI::App& app, CommandOutcome& outcome);

}  // namespace leakhook
