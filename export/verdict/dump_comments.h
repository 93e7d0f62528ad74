// SPDX-License-Identifier: Apache-2.0
// What do the comments of a profile say of the process and of the dump?
#pragma once
#include <string>

#include "holding.h"

namespace leakhook::verdict {

/// Fills what comments tell: who it was, how heap blocks were sampled, what is reachable, what was
/// lost. Requires: `dump->comments` is set. Empty or what is wrong, to be put behind a file's name.
std::string read_comments(Dump* dump);

}  // namespace leakhook::verdict
