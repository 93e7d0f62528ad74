// SPDX-License-Identifier: Apache-2.0
// Which leaks are known already? A text file, one line for each stack, which git can merge.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "verdict.h"

namespace leakhook::verdict {

/// Reads a file. Empty, or one line for people: file, line and what was expected; then `entries`
/// stays as it was.
std::string read_baseline(const std::string& path, std::vector<BaselineEntry>* entries);

/// The same for a text; `source` stands in messages.
std::string parse_baseline(std::string_view text, const std::string& source,
                           std::vector<BaselineEntry>* entries);

/// What a file holds: sorted, each stack once. The same entries in any order give the same text.
std::string baseline_text(std::vector<BaselineEntry> entries);

/// Writes beside the file and renames. Empty, or one line for people.
std::string write_baseline(const std::string& path, std::vector<BaselineEntry> entries);

/// The baseline under which this verdict has no leak of a stack: what fails, is within a baseline,
/// an allowance or a threshold; of several processes the largest.
std::vector<BaselineEntry> baseline_of(const Verdict& verdict);

}  // namespace leakhook::verdict
