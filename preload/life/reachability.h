// SPDX-License-Identifier: Apache-2.0
// Which blocks can the program still reach? Roots and blocks of this process brought to the marker.
//
// For the forked copy, which may take its time.
#pragma once
#include "kernel_words.h"
#include "still_threads.h"
#include "stream.h"

namespace leakhook::life {

/// Fills everything but times. What cannot be done is summary.reason.
void find_reachability(const Standstill& threads, const KernelWords& words, Reachability* out);

}  // namespace leakhook::life
