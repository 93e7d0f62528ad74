// SPDX-License-Identifier: Apache-2.0
// What does a keeper do where no exporter runs? It writes the raw file itself, tells whoever asked,
// and takes away what a writer that was killed left half-written, as nobody else knows its name.
//
// Async-signal-safe, raw system calls only.
#pragma once
#include "../base/line.h"
#include "../contract/request.h"
#include "output_path.h"

namespace leakhook::life {

/// What these functions put behind a stem, ".thread.pb.gz.tmp.<pid>.<attempt>" of the exporter too.
inline constexpr std::size_t kSuffixes = 64;

/// Writes a dump to a descriptor. False: it does not take it.
using WriteDump = bool (*)(void* dump, int fd);

/// Under the name that publish_raw_file() finds; appears when it is whole. False: cannot be
/// written. `line` is for stderr, in both cases.
bool write_raw_file(const Path& stem, WriteDump write, void* dump, Line* line);

/// Why there are no names of profiles, to whoever waits for them: nobody, if `request` has no
/// token. For a keeper: a filter that nobody told us of may end whoever calls connect.
void tell_asker(const Request& request, const Line& line);

/// From now on a filter would end whoever answers: askers wait in vain.
void forbid_answers();

/// The keeper `pid` was killed.
void remove_partial_raw_file(const Path& stem, long pid);

/// The exporter `pid` was killed.
void remove_partial_profiles(const Path& stem, long pid);

}  // namespace leakhook::life
