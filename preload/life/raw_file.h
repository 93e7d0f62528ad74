// SPDX-License-Identifier: Apache-2.0
// Where does a dump go that no exporter takes? Into a private file that replaces nobody else's.
//
// For the keeper: raw system calls only.
#pragma once
#include "output_path.h"

namespace leakhook::life {

/// What `pid` calls STEM<suffix> until that is whole, unless the name is taken.
Path partial_of(const Path& stem, const char* suffix, long pid);

/// A new file beside the place of STEM.lhk, open for writing, and its name; or −errno.
long make_raw_file(const Path& stem, Path* name);

/// Puts that file in its place: STEM.lhk, STEM.PID.lhk, STEM.PID.2.lhk …, the first that is free or
/// an older dump of this process. False: nowhere.
bool publish_raw_file(const Path& stem, const Path& partial, Path* name);

}  // namespace leakhook::life
