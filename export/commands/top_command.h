// SPDX-License-Identifier: Apache-2.0
// `leakhook top`: what grows in a living service?
#pragma once
#include <CLI/CLI.hpp>

#include "outcome.h"

namespace leakhook {

void add_top_command(CLI::App& app, CommandOutcome& outcome);

}  // namespace leakhook
