// SPDX-License-Identifier: Apache-2.0
// Which rules would silence what a verdict tells of?
#pragma once
#include <string>

#include "verdict.h"

namespace leakhook::verdict {

/// The text of a suppression file: a rule for each finding that fails or is shown, sorted, each once,
/// with a comment that says what it is. What hangs below a lost block needs none of its own.
std::string suppression_list(const Verdict& verdict);

}  // namespace leakhook::verdict
