// SPDX-License-Identifier: Apache-2.0
// What life/ does with the books of mappings.
#pragma once

namespace leakhook::ledger {

/// Forked child: a thread that is not here may have been changing them.
void reset_mappings();

}  // namespace leakhook::ledger
