// SPDX-License-Identifier: Apache-2.0
// `leakhook dump`: asks a living service for its profiles.
#pragma once
#include <CLI/CLI.hpp>

#include "outcome.h"

namespace leakhook {

void add_dump_command(CLI::App& app, CommandOutcome& outcome);

}  // namespace leakhook
