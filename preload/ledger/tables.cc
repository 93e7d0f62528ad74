// SPDX-License-Identifier: Apache-2.0
// Each table has its own file; this one knows that there are several.
#include "tables.h"

#include "given_back.h"
#include "live_table.h"
#include "mappings.h"
#include "marks.h"
#include "misuses.h"
#include "modules.h"
#include "moment.h"
#include "names.h"
#include "resource_table.h"
#include "stack_table.h"
#include "threads.h"

namespace leakhook::ledger {

bool prepare_tables() {
  keep_own_equipment();
  misuses::forget_all();
  given_back::forget_all();
  marks::prepare();
  return live_table::prepare(segment) && stack_table::prepare() && modules::prepare() &&
         names::prepare() && prepare_threads() && resource_table::prepare() &&
         segment.commit(Region::fds, 64 * sizeof(FdRecord));
}

void keep_what_fork_copies() {
  keep_own_equipment();
  reset_mappings();
  marks::reset();
  for (const Kind kind : {Kind::process, Kind::timer})
    resource_table::withdraw_if(
        kind, [](const resource_table::Content&, void*) { return true; },
        [](const resource_table::Content&, void*) {}, nullptr);
  only_this_thread_left();
  misuses::forget_all();
  given_back::forget_all();
}

}  // namespace leakhook::ledger
