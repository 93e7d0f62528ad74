// SPDX-License-Identifier: Apache-2.0
// Where do the loaded objects keep their variables? Found from what is mapped, not from the loader,
// whose lists a thread that stands still may be changing.
#pragma once
#include "memory_map.h"

namespace leakhook::life {

/// A module is what is mapped from the start of an ELF file, has a writable part where its program
/// headers say so, and that part is mapped from the same file.
struct ModuleData {
  Range variables;  ///< .data and .bss, whole pages
  Range bins;       ///< malloc's lists of free chunks in there; empty when it has none
};

/// Ascending. False: no memory.
bool find_module_data(const MemoryMap& map, PageArray<ModuleData>* out);

/// glibc's malloc keeps the heads of its lists of free chunks as pairs of words that point 16 bytes
/// before themselves while the list is empty; most are. What such a list points to is the header of
/// a free chunk, which lies in the last bytes of the block before it: no reference to that block.
/// Empty: there is nothing of the kind in [start, end). Reads the chunks that the heads point to.
Range find_bins(const std::uint64_t* start, const std::uint64_t* end);

}  // namespace leakhook::life
