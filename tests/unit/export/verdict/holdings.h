// SPDX-License-Identifier: Apache-2.0
// Holdings for tests, in few words.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "../../../../export/verdict/holding.h"

namespace leakhook::verdict {

/// C functions of one program.
inline Stack stack_of(const std::vector<std::string>& functions) {
  Stack stack;
  for (const std::string& name : functions)
    stack.push_back({name, name, "/src/app/" + name + ".c", 7, "/opt/app/service"});
  return stack;
}

inline Holding heap(Word word, const std::vector<std::string>& functions, std::int64_t count,
                    std::int64_t bytes, std::int64_t leak = 0) {
  Holding holding;
  holding.kind = Kind::heap;
  holding.word = word;
  holding.stack = stack_of(functions);
  holding.count = count;
  holding.bytes = bytes;
  holding.leak = leak;
  return holding;
}

inline Holding open(Kind kind, const std::vector<std::string>& functions, std::int64_t count = 1) {
  Holding holding;
  holding.kind = kind;
  holding.stack = stack_of(functions);
  holding.count = count;
  return holding;
}

inline Holding thread(const std::string& state, std::int64_t count = 1) {
  Holding holding = open(Kind::thread, {"start_worker", "main"}, count);
  holding.state = state;
  return holding;
}

inline Dump dump_of(std::vector<Holding> holdings) {
  Dump dump;
  dump.pid = 42;
  dump.program = "service";
  dump.is_reach_known = true;
  dump.holdings = std::move(holdings);
  return dump;
}

}  // namespace leakhook::verdict
