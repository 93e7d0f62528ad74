// SPDX-License-Identifier: Apache-2.0
// Is the stack here what libunwind says? For the shapes of shapes_test.cc.
//
// Needs a frame pointer itself. libunwind steps without its caches, which forget no closed library.
#include "compare.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include <cstdio>

#include "../../../unwind/capture.h"
#include "call_site.h"
#include "splice_check.h"

namespace leakhook::unwind {
namespace {

constexpr int kMaxFrames = 512;
Comparisons g_seen;

/// The frames outside the function that made `context`.
int step_through(unw_context_t* context, Address* out) {
  unw_cursor_t cursor;
  unw_init_local(&cursor, context);
  int count = 0;
  while (count < kMaxFrames && unw_step(&cursor) > 0) {
    unw_word_t pc = 0;
    unw_get_reg(&cursor, UNW_REG_IP, &pc);
    if (pc == 0) break;
    out[count++] = pc;
  }
  return count;
}

void print(const char* whose, const Address* frames, int count) {
  for (int i = 0; i < count; ++i) std::fprintf(stderr, "  %s %#lx\n", whose, frames[i]);
}

}  // namespace

void compare_here() {
  Address ours[kMaxFrames];
  Address theirs[kMaxFrames];
  const CallSite site = CALL_SITE;
  const Captured captured = capture(site, {0, 0}, ours);
  check_splices(site, known_bounds(site.cfa));
  unw_context_t context;
  unw_getcontext(&context);
  const int count = step_through(&context, theirs);
  bool is_equal = static_cast<int>(captured.count) == count;
  for (int i = 0; is_equal && i < count; ++i) is_equal = ours[i] == theirs[i];
  ++g_seen.stacks;
  g_seen.frames += count;
  if (is_equal) return;
  if (++g_seen.differ > 3) return;
  std::fprintf(stderr, "differs, end %d\n", static_cast<int>(captured.end));
  print("ours  ", ours, static_cast<int>(captured.count));
  print("theirs", theirs, count);
}

void splice_here() {
  const CallSite site = CALL_SITE;
  check_splices(site, known_bounds(site.cfa));
}

Comparisons take_comparisons() {
  const Comparisons seen = g_seen;
  g_seen = {};
  return seen;
}

}  // namespace leakhook::unwind
