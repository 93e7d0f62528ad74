// SPDX-License-Identifier: Apache-2.0
// Which holdings do tests of views begin with?
#pragma once
#include <string>
#include <vector>

#include "../../../export/verdict/holding.h"

namespace leakhook::testing {

/// A stack of `function`, called by main.
inline verdict::Holding held(Kind kind, const std::string& function, std::int64_t count,
                             std::int64_t bytes = 0) {
  verdict::Holding holding;
  holding.kind = kind;
  holding.word = kind == Kind::heap ? verdict::Word::unknown : verdict::Word::open;
  holding.stack = {{function, function, "src/a.c", 1, "/bin/service"},
                   {"main", "main", "src/a.c", 9, "/bin/service"}};
  holding.count = count;
  holding.bytes = bytes;
  return holding;
}

inline verdict::Dump dump_at(std::int64_t second, std::vector<verdict::Holding> holdings) {
  verdict::Dump dump;
  dump.pid = 7;
  dump.program = "service";
  dump.time_ns = second * 1'000'000'000;
  dump.holdings = std::move(holdings);
  return dump;
}

}  // namespace leakhook::testing
