// SPDX-License-Identifier: Apache-2.0
// What life/ tells of descriptors that were open before anything else.
#pragma once

namespace leakhook::ledger {

/// `fd` was open when the process was born: no stack, kind unknown. Requires: no other thread yet.
void inherited_fd(int fd);

}  // namespace leakhook::ledger
