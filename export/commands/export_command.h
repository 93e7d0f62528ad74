// SPDX-License-Identifier: Apache-2.0
// `leakhook export`: from a segment to the files of one dump.
#pragma once
#include <CLI/CLI.hpp>

#include "outcome.h"

namespace leakhook {

void add_export_command(CLI::App& app, CommandOutcome& outcome);

}  // namespace leakhook
