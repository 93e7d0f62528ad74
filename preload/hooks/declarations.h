// SPDX-License-Identifier: Apache-2.0
// How is a hook declared? `hook_open` in the source, `open` in the library.
//
// The name of its own keeps libc's declaration (which says noexcept) and the compiler's ideas about
// malloc and free away from our definitions. Only hooks declared here, thus rows of interposed.def,
// are visible outside the library.
//
// Rules for every hook: the real call stands bare, as a cancelled thread skips what our frame
// holds; acquire after it, release before it; errno leaves as the real call left it.
#pragma once
#include "../base/real.h"
#include "../ledger/ledger.h"

namespace leakhook {

#define INTERPOSED(ret, name, params, args) \
  extern "C" __attribute__((visibility("default"), noinline)) ret hook_##name params __asm__(#name);
#include "../interposed.def"

// Nearly all blocks of a sampled heap concern nobody: for them a hook is a test and a jump to the
// real function, without a frame. The others go on in a function of its own, which is jumped to as
// well: to it, the program is the caller. (Our usual flags keep frames and calls; tests/unit/hooks
// notices when one stays.)
#define LEAKHOOK_ENDS_IN_JUMPS \
  [[gnu::optimize("O2", "optimize-sibling-calls", "omit-frame-pointer")]]

}  // namespace leakhook
