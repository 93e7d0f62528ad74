// SPDX-License-Identifier: Apache-2.0
// Is the spliced stack what the full walk says? And would we see it if a check were left out?
#pragma once
#include <cstdint>

#include "../../../unwind/capture.h"

namespace leakhook::unwind {

/// The splice of the product, and those that leave out one of its checks (splice.h, AllChecks).
enum Splicing {
  kWhole,
  kWithoutSlots,
  kWithoutFramePointers,
  kWithoutSavingPlaces,
  kByReturnAddress,
  kSplicings,
};

struct SpliceTally {
  unsigned captures;
  unsigned remembered;  ///< whole stacks, of which the next capture may find parts again
  unsigned differ;      ///< from the full walk: in a frame, in number, in hash or in end; or frames
                        ///< are said to be those of the capture before that are not
  unsigned common;      ///< outermost frames that are those of the capture before,
  unsigned kept;        ///< and how many of them were said to be
};

/// Captures this stack by every splicing, each with a memory of its own, and compares; looks for it in
/// a cache of stacks, where there is one of this stack, and counts a wrong find as a difference of
/// kWhole. One thread at a time; not when the stack of such a call is interrupted.
void check_splices(const CallSite& site, const StackBounds& bounds);

/// Of the calling thread when `address` lies on its stack, else unknown. The first call in a thread
/// allocates.
StackBounds known_bounds(Address address);

/// What was seen since last time.
SpliceTally take_tally(Splicing splicing);
/// How many stacks the cache found since begin_splices().
unsigned found_in_cache();
/// All memories are new, all tallies 0.
void begin_splices();

}  // namespace leakhook::unwind
