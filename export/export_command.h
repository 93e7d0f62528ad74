// SPDX-License-Identifier: Apache-2.0
// `leakhook export`: from a segment to the files of one dump.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "commands/outcome.h"

namespace leakhook {

struct ExportOptions {
  std::string input;        ///< a file, or "-": started by a service that streams its segment to us
  std::string stem;         ///< empty: the input without ".lhk"
  std::uint8_t labels = 0;  ///< LabelSet
  std::optional<std::uint32_t> reply_token;
  pid_t live_pid = 0;  ///< the service behind "-": looked at before the stream is asked for
  bool is_quiet = false;
};

/// The exit status.
int run_export(const ExportOptions& options);

}  // namespace leakhook
