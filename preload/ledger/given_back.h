// SPDX-License-Identifier: Apache-2.0
// Was this thread or timer given back before, and where? A small memory of the last ones: what is
// pushed out of it is not known any more.
//
// One word for each hash of kind and identity, the last one wins. Any thread writes and reads.
// Async-signal-safe, never allocates.
#pragma once
#include "../contract/layout.h"

namespace leakhook::ledger::given_back {

struct Place {
  StackId closed;
  StackId opened;
};

void remember(Kind kind, std::uint64_t identity, const Place& place);
/// False: not known.
bool find(Kind kind, std::uint64_t identity, Place* out);
/// Forked child: its own threads and timers begin anew, under the same names.
void forget_all();

}  // namespace leakhook::ledger::given_back
