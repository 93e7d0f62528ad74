// SPDX-License-Identifier: Apache-2.0
// `leakhook diff`: what is held now that was not held before?
#pragma once
#include <CLI/CLI.hpp>

#include "outcome.h"

namespace leakhook {

void add_diff_command(CLI::App& app, CommandOutcome& outcome);

}  // namespace leakhook
