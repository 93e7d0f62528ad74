// SPDX-License-Identifier: Apache-2.0
// Which arguments do several commands take?
#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "command_line.h"

namespace leakhook {

/// The process whose id this text is; 0: it is none.
pid_t process_called(const std::string& text);

std::chrono::milliseconds milliseconds(double seconds);

/// The service that a command speaks to, written to `pid` when the command line is parsed.
void add_pid(Subcommand command, pid_t* pid);

/// --timeout, written to `seconds`, which is its default.
void add_timeout(Subcommand command, double* seconds, const char* text);

/// --labels, written to `labels`; see set_of().
void add_labels(Subcommand command, std::vector<std::string>* labels);
/// The LabelSet of the words that --labels takes.
std::uint8_t set_of(const std::vector<std::string>& labels);

}  // namespace leakhook
