// SPDX-License-Identifier: Apache-2.0
// Is this the leak that we met before? What holdings of different runs are told apart by.
#pragma once
#include <string>
#include <vector>

#include "holding.h"

namespace leakhook::verdict {

/// The label of the kind; of heap blocks with "/reachable", "/possible", "/unknown" or "/lost".
/// Definite and indirect are one class: in a ring of lost blocks chance decides which is which.
std::string class_of(const Holding& holding);

/// "misuse/double_close"; also the rule that it broke.
std::string class_of(const Misuse& misuse);

/// 64-bit FNV-1a of the class and the names of the stack (see stack_names.h), each with a zero
/// byte behind it, as 16 hex digits.
std::string fingerprint_of(const std::string& holding_class, const std::vector<std::string>& names);
std::string fingerprint_of(const Holding& holding);

}  // namespace leakhook::verdict
