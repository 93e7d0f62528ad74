// SPDX-License-Identifier: Apache-2.0
// How much does each stack hold of each kind?
#include "stack_sums.h"

#include "stack_names.h"

namespace leakhook::verdict {

StackSums stack_sums(const std::vector<Dump>& dumps, bool names_programs) {
  StackSums sums;
  for (const Dump& dump : dumps) {
    for (const Holding& holding : dump.holdings) {
      if (holding.count == 0 && holding.bytes == 0) continue;
      StackKey key{holding.kind, names_programs ? dump.program : "", stack_names(holding.stack)};
      StackSum& sum = sums[std::move(key)];
      sum.amount = sum.amount + Amount{holding.count, holding.bytes};
      if (sum.stack.empty()) sum.stack = holding.stack;
    }
  }
  return sums;
}

}  // namespace leakhook::verdict
