// SPDX-License-Identifier: Apache-2.0
// Which suppressions did its author compile into a program? Read from the file; nothing is run.
#pragma once
#include <string>
#include <vector>

#include "policy.h"

namespace leakhook::verdict {

/// Adds the rules that `__lsan_default_suppressions` of an executable (or library) returns. Empty
/// when they were read or there are none; else a remark for people, and nothing is added.
std::string add_embedded_suppressions(const std::string& path, std::vector<Suppression>* rules);

}  // namespace leakhook::verdict
