// SPDX-License-Identifier: Apache-2.0
// Who writes a dump? A keeper: a short-lived process that shares our memory and nothing else.
//
// It is a child whose exit signal is not SIGCHLD: invisible to the service's wait(), no thread of
// the service, with a descriptor table of its own. Its end is announced with SIGURG, whose handler
// reaps it. It starts `leakhook export` as its own child, because exec would give the exporter
// SIGCHLD again, streams the segment to it and waits for it.
#pragma once
#include "../contract/request.h"
#include "still_threads.h"

namespace leakhook::life {

/// Starts a keeper for this request, or leaves the request to one that is running when all places
/// are taken. Async-signal-safe: some 50 µs, makes no descriptor in this process. False: dropped,
/// and counted.
bool start_keeper(const Request& request);

/// A keeper has ended: a request that waits may have its place. Async-signal-safe.
void start_waiting();

/// The process ends: as start_keeper(), but the other threads stand still, and nobody goes on before
/// this dump and those under way are written, a minute at most. `waiting`: the calling thread.
void keep_and_wait(const Request& request, const WaitingThread& waiting);

/// Until no dump is under way, a minute at most: a keeper that outlives its process would be a
/// stranger to whoever adopts it, and one more in the process group. Async-signal-safe.
void await_keepers();

/// Waits, without blocking, for keepers that have ended: no defunct entry stays.
void reap_keepers();

/// In a forked child: the keepers are the parent's.
void forget_keepers();

}  // namespace leakhook::life
