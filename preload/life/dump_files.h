// SPDX-License-Identifier: Apache-2.0
// Which files does a keeper write, and which does it take away? The raw file where no exporter can
// run; and what a writer that was killed left half-written, as nobody else knows its name.
//
// Async-signal-safe, raw system calls only.
#pragma once
#include "output_path.h"

namespace leakhook::life {

/// What these functions put behind a stem, ".thread.pb.gz.tmp.<pid>.<attempt>" of the exporter too.
inline constexpr std::size_t kSuffixes = 64;

/// Writes a dump to a descriptor. False: it does not take it.
using WriteDump = bool (*)(void* dump, int fd);

/// Under the name that publish_raw_file() finds; appears when it is whole, and is said. False: cannot
/// be written.
bool write_raw_file(const Path& stem, WriteDump write, void* dump);

/// The keeper `pid` was killed.
void remove_partial_raw_file(const Path& stem, long pid);

/// The exporter `pid` was killed.
void remove_partial_profiles(const Path& stem, long pid);

}  // namespace leakhook::life
