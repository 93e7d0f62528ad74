// SPDX-License-Identifier: Apache-2.0
// Which functions and lines stand behind an address, inlined ones too? One walk over the units that
// hold wanted addresses; never a lookup per address, which is a thousand times slower.
#pragma once
#include <elfutils/libdw.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace leakhook {

/// One function at one address, as the compiler wrote it down.
struct SourceFrame {
  std::string system_name;  ///< linkage name where there is one, else the plain name
  bool is_linkage = false;
  std::string file;
  std::int64_t line = 0;        ///< the executing line, or that of the call inlined into it
  std::int64_t start_line = 0;  ///< where the function is declared
};

struct SourcePlace {
  /// Innermost inlined function first; the last one is the function that was really called.
  std::vector<SourceFrame> frames;
  /// Where the code comes from, also when no function is known (assembly).
  std::string file;
  std::int64_t line = 0;
};

/// One place for each address. Requires: `sorted` is ascending, in the file's own address space.
std::vector<SourcePlace> source_places(Dwarf* dwarf, std::span<const std::uint64_t> sorted);

}  // namespace leakhook
