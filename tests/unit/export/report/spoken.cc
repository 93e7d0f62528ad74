// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "../../../../export/verdict/verdict.h"
namespace leakhook::verdict {
const char* text_of(Word w) {
  static const char* t[] = {"unknown", "reachable", "possible", "indirect", "definite", "open"};
  return t[int(w)];
}
const char* text_of(Decision d) {
  static const char* t[] = {"fails", "shown", "suppressed", "in baseline", "allowed", "not judged"};
  return t[int(d)];
}
std::string summary_line(const Totals& t) {
  char b[300];
  std::snprintf(b, sizeof b,
                "SUMMARY: leakhook: %ld byte(s) leaked in %ld allocation(s), %ld fd(s), %ld "
                "thread(s), %ld timer(s)",
                t.heap_bytes, t.heap_blocks, t.fds, t.threads, t.timers);
  return b;
}
}  // namespace leakhook::verdict
