// SPDX-License-Identifier: Apache-2.0
// Which arguments do several commands take?
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "command_line.h"

namespace leakhook {

/// The service that a command speaks to, written to `pid` when the command line is parsed.
void add_pid(Subcommand command, pid_t* pid);

/// --labels, written to `labels`; see set_of().
void add_labels(Subcommand command, std::vector<std::string>* labels);
/// The LabelSet of the words that --labels takes.
std::uint8_t set_of(const std::vector<std::string>& labels);

}  // namespace leakhook
