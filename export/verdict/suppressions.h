// SPDX-License-Identifier: Apache-2.0
// Which leaks did somebody ask not to hear of? LeakSanitizer's suppression files as they are, with
// types of our own for what is no heap block.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "policy.h"

namespace leakhook::verdict {

/// Reads a file and adds its rules. Empty, or one line for people: file, line and what was
/// expected; then nothing is added.
std::string read_suppressions(const std::string& path, std::vector<Suppression>* rules);

/// The same for a text. `source` stands in messages and, with the line, in Suppression::source.
std::string parse_suppressions(std::string_view text, const std::string& source,
                               std::vector<Suppression>* rules);

/// The same words as LeakSanitizer: a substring; '*' any text, '^' at the start, '$' at the end.
bool matches_pattern(std::string_view pattern, std::string_view text);

/// Is the rule for this kind? Those for misuse are for none.
bool speaks_of(const Suppression& rule, Kind kind);

/// Is it of the type, and does a function, file or module of its stack match?
bool suppresses(const Suppression& rule, const Holding& holding);
/// The same of the type `misuse` and the stack where it happened.
bool suppresses(const Suppression& rule, const Misuse& misuse);

/// The line that silences this holding and as little else as possible: "leak:parse_header".
std::string suppression_for(const Holding& holding);

/// "misuse:parse_header".
std::string suppression_for(const Misuse& misuse);

/// Rules for programs that only start others (shells, timeout): what these keep is nobody's leak.
const std::vector<Suppression>& built_in_suppressions();
bool is_built_in(const Suppression& rule);

}  // namespace leakhook::verdict
