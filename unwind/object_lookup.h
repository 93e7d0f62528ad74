// SPDX-License-Identifier: Apache-2.0
// Which loaded object holds this address, and which part of it may be read?
#pragma once
#include "bytes.h"
#include "capture.h"

struct link_map;

namespace leakhook::unwind {

/// What it fills in. Declared here because older headers of glibc lack it.
struct SystemAnswer {
  unsigned long long flags;
  void* start;
  void* end;
  link_map* map;
  void* eh_frame_hdr;
  unsigned long long reserved[7];
};

/// Chooses how objects are found: by the C library's lock-free look-up, or, when it has none
/// (null), in a table of our own that is filled here. Takes the loader lock for the latter.
void prepare_object_lookup(SystemLookup system_lookup);

/// Fills our own table anew when it is in use. Takes the loader lock for that, so: only where the
/// calling thread has just taken it itself (dlopen, dlclose).
void refresh_objects();

/// In a new process: a thread that was filling the table is not here.
void release_object_table();

/// The readable part of the object (a segment of the file) around this address; empty when there is
/// none. Never faults. Async-signal-safe.
Extent segment_around(const Object& object, Address address);

}  // namespace leakhook::unwind
