// SPDX-License-Identifier: Apache-2.0
// Which suppressions did its author compile into a program? Read from the file; nothing is run.
#pragma once
#include <string>
#include <vector>

#include "holding.h"
#include "policy.h"

namespace leakhook::verdict {

/// Adds the rules that `__lsan_default_suppressions` of an executable (or library) returns. Empty
/// when they were read or there are none; else a remark for people, and nothing is added.
/// `build_id`: of the file that is meant; empty: whichever lies there.
std::string add_embedded_suppressions(const std::string& path, const std::string& build_id,
                                      std::vector<Suppression>* rules);

/// Adds those of the programs that the dumps are of, as far as their files still lie there. A
/// remark for each that cannot be used; one is that the file is another build's.
std::vector<std::string> add_embedded_suppressions(const std::vector<Dump>& dumps,
                                                   std::vector<Suppression>* rules);

}  // namespace leakhook::verdict
