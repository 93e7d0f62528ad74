// SPDX-License-Identifier: Apache-2.0
// Which misuses stand in a test's own books?
#pragma once
#include <vector>

#include "../../../preload/ledger/misuses.h"
#include "../../../preload/ledger/segment.h"

namespace leakhook::testing {

/// A copy of every record that says something.
struct SeenMisuse {
  MisuseKind misuse;
  Kind kind;
  std::uint64_t identity;
  StackId stack, closed, opened;
  std::uint32_t count;
};

inline std::vector<SeenMisuse> seen_misuses() {
  std::vector<SeenMisuse> seen;
  const auto* table = ledger::segment.records<MisuseRecord>(Region::misuses);
  const std::uint64_t bytes = ledger::segment.extent(Region::misuses).committed.load();
  for (std::uint64_t i = 0; i < bytes / sizeof(MisuseRecord); ++i)
    if (const MisuseRecord& record = table[i]; record.count != 0)
      seen.push_back({record.misuse, record.kind, record.identity, record.stack, record.closed,
                      record.opened, record.count});
  return seen;
}

}  // namespace leakhook::testing
