// SPDX-License-Identifier: Apache-2.0
// `leakhook report`: what is held, without a judgement?
#pragma once
#include <CLI/CLI.hpp>

#include "outcome.h"

namespace leakhook {

void add_report_command(CLI::App& app, CommandOutcome& outcome);

}  // namespace leakhook
