// SPDX-License-Identifier: Apache-2.0
// Is the stack here what libunwind says? For the shapes of shapes_test.cc.
#pragma once

namespace leakhook::unwind {

/// Captures the caller's stack by both and compares address for address; a difference fails the
/// test. Then as splice_here().
__attribute__((noinline)) void compare_here();

/// Compares the caller's spliced stack with the full walk: see splice_check.h for what came of it.
__attribute__((noinline)) void splice_here();

/// How often compare_here() was called, and how many frames it saw, since the last reset.
struct Comparisons {
  int stacks;
  int frames;
  int differ;
};
Comparisons take_comparisons();

/// A callback for frames.h.
inline void compare_callback(void*) { compare_here(); }

}  // namespace leakhook::unwind
